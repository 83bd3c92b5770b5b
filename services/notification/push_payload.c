/*
 * push_payload.c - texts cut to size, lifetimes, names that collapse
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/push_payload.h"

/* The first length bytes, less what belongs to a character that does not fit, and an ellipsis. */
static const char *cut(const void *parent, const char *text, size_t length)
{
	while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
		length--;
	while (length > 0 && strchr(" \t\r\n", text[length - 1]))
		length--;
	return talloc_asprintf(parent, "%.*s\xe2\x80\xa6", (int)length, text);
}

/* The JSON under parent if it is short enough, else NULL. */
static const char *attempt(const void *parent, const struct message *m, size_t limit, push_writer *write,
			   const char *text, size_t *length)
{
	struct json_writer *w = json_writer_new(NULL);
	const char *json, *fitting = NULL;

	write(w, m, text);
	json = json_text(w, length);
	if (*length <= limit)
		fitting = talloc_memdup(parent, json, *length + 1);
	talloc_free(w);
	return fitting;
}

/* The longest beginning that fits is found by halving: how long it is in JSON depends on its characters. */
const char *push_fit(const void *parent, const struct message *m, size_t limit, push_writer *write,
		     size_t *length)
{
	size_t low = 0, high = strnlen(m->text, limit), middle;
	const char *best, *better;
	void *scratch;

	if (*m->title == '\0' && *m->text == '\0')
		return NULL;
	best = attempt(parent, m, limit, write, m->text, length);
	if (best || *m->text == '\0')
		return best;
	scratch = talloc_new(NULL);
	best = attempt(parent, m, limit, write, cut(scratch, m->text, 0), length);
	while (best && low < high) {
		middle = low + (high - low + 1) / 2;
		better = attempt(scratch, m, limit, write, cut(scratch, m->text, middle), length);
		if (better) {
			talloc_free((void *)best);
			best = talloc_steal(parent, better);
			low = middle;
		} else {
			high = middle - 1;
		}
	}
	*length = best ? strlen(best) : 0;
	talloc_free(scratch);
	return best;
}

const char *push_fit_fault(const struct message *m)
{
	return *m->title || *m->text ? "the message is too long even without its text"
				     : "neither title nor text";
}

int64_t push_lifetime(const struct message *m)
{
	if (m->expires <= m->now)
		return 0;
	if (m->expires >= INSTANT_MAX || (m->expires - m->now) / SECOND > PUSH_LIFETIME_MAX)
		return PUSH_LIFETIME_MAX;
	return (m->expires - m->now) / SECOND;
}

bool push_urgent(const struct message *m)
{
	return m->priority == PRIORITY_CRITICAL || m->priority == PRIORITY_TRANSACTIONAL;
}

const char *push_urgency(const struct message *m)
{
	return push_urgent(m) ? "high" : m->priority == PRIORITY_BULK ? "low" : "normal";
}

static bool fits_header(const char *text)
{
	size_t length;

	for (length = 0; text[length]; length++)
		if ((unsigned char)text[length] <= ' ' || (unsigned char)text[length] >= 0x7f ||
		    length == PUSH_COLLAPSE_MAX)
			return false;
	return length <= PUSH_COLLAPSE_MAX;
}

const char *push_collapse_id(const void *parent, const struct message *m)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length = 0, i;
	char *text;

	if (*m->collapse_key == '\0')
		return m->notification_id;
	if (fits_header(m->collapse_key))
		return m->collapse_key;
	text = talloc_zero_array(parent, char, PUSH_COLLAPSE_MAX + 1);
	if (EVP_Digest(m->collapse_key, strlen(m->collapse_key), digest, &length, EVP_sha256(), NULL) != 1)
		return m->notification_id;
	for (i = 0; i < length; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	return text;
}

void push_put_data(struct json_writer *w, const struct message *m)
{
	const struct json *data = json_get(m->extra, "data"), *field;

	if (data == NULL || data->kind != JSON_OBJECT || data->count == 0)
		return;
	json_open_object(w, "data");
	for (field = data->first; field; field = field->next)
		if (field->kind == JSON_TEXT)
			json_put_text_n(w, field->name, field->text, field->length);
	json_close(w);
}
