/*
 * template_body.c - reads what is to be previewed or tried, field by field
 */
#include <string.h>
#include <talloc.h>

#include "services/notification/categories.h"
#include "services/notification/notifier.h"
#include "services/notification/preferences.h"
#include "services/notification/send_request.h"
#include "services/notification/template_body.h"

struct reading {
	const void *parent;
	const struct json *body;
	struct template_body *out;
	struct fault *faults;
	size_t count;
};

static void wrong(struct reading *r, const char *pointer, const char *detail)
{
	if (r->count < BODY_FAULTS_MAX)
		r->faults[r->count++] = (struct fault){pointer, detail};
}

static const struct json *given(const struct reading *r, const char *name)
{
	const struct json *v = json_get(r->body, name);

	return v && v->kind != JSON_NULL ? v : NULL;
}

static const struct json *object_given(struct reading *r, const char *name)
{
	const struct json *v = given(r, name);

	if (v == NULL || v->kind == JSON_OBJECT)
		return v;
	wrong(r, json_pointer(r->parent, v), "must be an object");
	return NULL;
}

static const char *text_given(struct reading *r, const char *name)
{
	const struct json *v = given(r, name);

	if (v == NULL || v->kind == JSON_TEXT)
		return v ? v->text : NULL;
	wrong(r, json_pointer(r->parent, v), "must be a text");
	return NULL;
}

static void refuse_unknown(struct reading *r, bool test)
{
	static const char *const of_preview[] = {"version", "variables", "locale",
						 "channel", "document",  NULL};
	static const char *const of_test[] = {"version",   "variables", "locale",   "channel",
					      "member_id", "address",   "platform", NULL};
	const char *const *known;
	const struct json *v;

	for (v = r->body->first; v; v = v->next) {
		for (known = test ? of_test : of_preview; *known && strcmp(*known, v->name) != 0; known++)
			;
		if (*known == NULL)
			wrong(r, json_pointer(r->parent, v), "is not a field here");
	}
}

static void read_common(struct reading *r)
{
	const struct json *version = given(r, "version");
	const char *channel = text_given(r, "channel");
	struct template_body *o = r->out;

	if (version &&
	    (version->kind != JSON_INTEGER || version->integer < 1 || version->integer > INT32_MAX))
		wrong(r, "/version", "must be an integer from 1");
	else if (version)
		o->version = (int)version->integer;
	o->channel = channel ? channel_find(channel) : CHANNEL_COUNT;
	if (channel && o->channel == CHANNEL_COUNT)
		wrong(r, "/channel", "must be one of email, push, slack");
	o->locale = text_given(r, "locale");
	if (o->locale && !locale_valid(o->locale))
		wrong(r, "/locale", "must be a language tag as en-GB");
	o->variables = object_given(r, "variables");
}

/* --- to whom ---------------------------------------------------------------------------------------- */

/* {"addresses": {"push": [{"platform", "token"}]}}: what preferences take may be written to. */
static const struct json *as_preferences(const void *parent, enum channel c, const char *platform,
					 const struct json *address)
{
	struct json_writer *w = json_writer_new(parent);
	const char *error, *text;
	size_t length;

	json_open_object(w, NULL);
	json_open_object(w, "addresses");
	if (c == CHANNEL_PUSH) {
		json_open_array(w, "push");
		json_open_object(w, NULL);
		json_put_text(w, "platform", platform);
		json_put_value(w, "token", address);
		json_close(w);
		json_close(w);
	} else {
		json_put_value(w, channel_name(c), address);
	}
	json_close(w);
	json_close(w);
	text = json_text(w, &length);
	return json_parse(parent, text, length, &error);
}

static void read_address(struct reading *r, const struct json *address)
{
	struct fault faults[PREFERENCES_FAULTS_MAX];
	struct template_body *o = r->out;
	struct json_writer *w;
	size_t count;

	if (o->channel == CHANNEL_COUNT) {
		wrong(r, "/channel", "is required beside an address");
		return;
	}
	if (!preferences_check(r->parent, as_preferences(r->parent, o->channel, o->platform, address), faults,
			       &count)) {
		wrong(r, "/address", faults[0].detail);
		return;
	}
	o->address = address->text;
	if (address->kind != JSON_TEXT) {
		w = json_writer_new(r->parent);
		json_put_value(w, NULL, address);
		o->address = json_text(w, NULL);
	}
}

static void read_receiver(struct reading *r)
{
	const struct json *address = given(r, "address");
	const char *platform = text_given(r, "platform");

	r->out->member_id = text_given(r, "member_id");
	r->out->platform = platform ? platform : "";
	if (!r->out->member_id == !address)
		wrong(r, "", "wants exactly one of member_id and address");
	else if (address)
		read_address(r, address);
	else if (!member_id_valid(r->out->member_id))
		wrong(r, "/member_id", "must be 1-64 characters from A-Z a-z 0-9 . _ : @ -");
}

bool template_body_read(struct request *req, bool test, struct template_body *body, reply *out)
{
	struct fault *faults = talloc_array(req, struct fault, BODY_FAULTS_MAX);
	const char *error;
	struct reading r = {.parent = req, .out = body, .faults = faults};

	*body = (struct template_body){.channel = CHANNEL_COUNT};
	r.body = json_parse(req, req->body_length ? req->body : "{}", req->body_length ? req->body_length : 2,
			    &error);
	if (r.body == NULL) {
		*out = reply_error(req, ERR_MALFORMED, "%s", error);
		return false;
	}
	if (r.body->kind != JSON_OBJECT) {
		wrong(&r, "", "must be an object");
	} else {
		refuse_unknown(&r, test);
		read_common(&r);
		if (test)
			read_receiver(&r);
		else
			body->document = object_given(&r, "document");
		if (body->document && body->version)
			wrong(&r, "/version", "is of no use beside a document");
	}
	if (r.count > 0)
		*out = reply_faults(req, ERR_INVALID, faults, r.count);
	return r.count == 0;
}

/* --- the template ------------------------------------------------------------------------------------ */

static const struct message_template *read_document(struct request *req, const struct json *document,
						    reply *out)
{
	struct fault *fault = talloc_zero(req, struct fault);
	struct message_template *t = template_read(req, document, fault);

	if (t && template_try(req, t, fault))
		return t;
	*out = reply_faults(req, ERR_UNPROCESSABLE, fault, 1);
	return NULL;
}

const struct message_template *template_body_load(struct request *req, const char *name,
						  struct template_body *body, reply *out)
{
	struct fault *faults = talloc_array(req, struct fault, TEMPLATE_FAULTS_MAX);
	struct notifier *n = req->daemon->state;
	const struct message_template *t;
	size_t count;

	t = body->document ? read_document(req, body->document, out)
			   : template_load(n->templates, req->db, name, &body->version);
	if (t == NULL) {
		if (body->document == NULL)
			*out = reply_not_found(req, "template", name);
		return NULL;
	}
	if (body->variables == NULL)
		body->variables = template_sample(t);
	if (template_check(req, t, body->variables, "/variables", faults, &count))
		return t;
	*out = reply_faults(req, ERR_INVALID, faults, count);
	return NULL;
}
