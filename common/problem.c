/*
 * problem.c - the text of a problem document
 */
#include <talloc.h>

#include "common/json.h"
#include "common/problem.h"

/* "about:blank" is what RFC 9457 reserves for "the status says it all". */
static void put_type(struct json_writer *w, enum error e)
{
	char *type;

	if (e == ERR_OK) {
		json_put_text(w, "type", "about:blank");
		return;
	}
	type = talloc_asprintf(w, "urn:ae:problem:%s", error_kind(e));
	json_put_text(w, "type", type);
}

static void put_optional(struct json_writer *w, const char *name, const char *value)
{
	if (value)
		json_put_text(w, name, value);
}

static void put_faults(struct json_writer *w, const struct fault *faults, size_t count)
{
	size_t i;

	if (count == 0)
		return;
	json_open_array(w, "errors");
	for (i = 0; i < count; i++) {
		json_open_object(w, NULL);
		put_optional(w, "pointer", faults[i].pointer);
		put_optional(w, "detail", faults[i].detail);
		json_close(w);
	}
	json_close(w);
}

char *problem_text(const void *parent, enum error e, const char *detail, const char *instance,
		   const char *request_id, const struct fault *faults, size_t count, size_t *length)
{
	struct json_writer *w = json_writer_new(parent);
	const char *text;
	char *out;
	size_t size;

	json_open_object(w, NULL);
	put_type(w, e);
	json_put_text(w, "title", error_title(e));
	json_put_integer(w, "status", error_status(e));
	put_optional(w, "detail", detail);
	put_optional(w, "instance", instance);
	json_put_text(w, "code", error_name(e));
	put_optional(w, "request_id", request_id);
	put_faults(w, faults, count);
	json_close(w);
	text = json_text(w, &size);
	out = talloc_strndup(parent, text, size);
	talloc_free(w);
	if (length)
		*length = size;
	return out;
}
