/*
 * address_page.c - where we reach the member, as hints; one of them taken away, after a question
 *
 * None can be added or changed here, and the last one that carries messages about the account stays: with a
 * forwarded mail somebody could else turn them to himself, or silence them.
 */
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/preference_page.h"

struct address {
	char id[16]; /* "email", "slack", "push.0" */
	const char *kind, *hint;
	bool device;
	size_t at; /* in the list of devices */
	bool last; /* that carries messages about the account */
};

static struct address *address_list(const void *parent, const struct link *l, size_t *count)
{
	const struct json *all = json_get(l->holds, "addresses"), *push = json_get(all, "push"), *v;
	const char *email = json_get_text(all, "email", NULL), *slack = json_get_text(all, "slack", NULL);
	struct address *list = talloc_zero_array(parent, struct address, push->count + 2), *a = list;
	size_t i = 0;

	if (email)
		*a++ = (struct address){.id = "email",
					.kind = link_words(l, "device", "email"),
					.hint = email,
					.last = push->count == 0};
	for (v = push->first; v; v = v->next, i++, a++) {
		*a = (struct address){.kind = link_words(l, "device", json_get_text(v, "platform", "")),
				      .hint = json_get_text(v, "token", ""),
				      .device = true,
				      .at = i,
				      .last = email == NULL && push->count == 1};
		snprintf(a->id, sizeof(a->id), "push.%zu", i);
	}
	if (slack)
		*a++ = (struct address){
			.id = "slack", .kind = link_words(l, "device", "slack"), .hint = slack};
	*count = (size_t)(a - list);
	return list;
}

/* The list of devices without one, as it is stored. */
static void put_other_devices(struct request *req, struct json_writer *w, const struct link *l,
			      size_t without)
{
	const struct json *held = json_get(link_holds(req, l->preferences, false), "addresses"), *v;
	size_t i = 0;

	json_open_array(w, "push");
	for (v = json_get(held, "push")->first; v; v = v->next, i++)
		if (i != without)
			json_put_value(w, NULL, v);
	json_close(w);
}

static void put_addresses(struct request *req, struct json_writer *w, const struct link *l,
			  const struct address *a)
{
	const struct json *now = json_get(l->preferences->document, "addresses"), *v;
	const char *name = a->device ? "push" : a->id;

	json_open_object(w, "addresses");
	for (v = now ? now->first : NULL; v; v = v->next)
		if (strcmp(v->name, name) != 0)
			json_put_value(w, v->name, v);
	if (a->device)
		put_other_devices(req, w, l, a->at);
	else
		json_put_null(w, name);
	json_close(w);
}

/* The whole document: "none, whatever the profile says" is a null, which a merge patch cannot put there. */
static const struct json *document_without(struct request *req, const struct link *l, const struct address *a)
{
	struct json_writer *w = json_writer_new(req);
	const struct json *v;
	const char *text, *error;
	size_t length;

	json_open_object(w, NULL);
	for (v = l->preferences->document->first; v; v = v->next)
		if (strcmp(v->name, "addresses") != 0)
			json_put_value(w, v->name, v);
	put_addresses(req, w, l, a);
	json_close(w);
	text = json_text(w, &length);
	return json_parse(req, text, length, &error);
}

static void put_subject(struct json_writer *w, const struct address *a)
{
	json_put_text(w, "id", a->id);
	json_put_text(w, "kind", a->kind);
	json_put_text(w, "hint",
		      strcmp(a->hint, "…") == 0 ? "" : a->hint); /* a browser's has nothing to show */
	json_put_boolean(w, "last", a->last);
}

void address_put_list(struct json_writer *w, const struct link *l)
{
	size_t i, count;
	struct address *list = address_list(w, l, &count);

	json_open_array(w, "addresses");
	for (i = 0; i < count; i++) {
		json_open_object(w, NULL);
		put_subject(w, &list[i]);
		json_close(w);
	}
	json_close(w);
}

/* Nobody takes an address away by a slip: it cannot be put back here. */
static reply ask(struct request *req, const struct link *l, const struct address *a, const char *template)
{
	struct json_writer *w = link_data(req, l);

	json_put_text(w, "title", link_words(l, template, "title"));
	json_put_integer(w, "version", l->preferences->version);
	put_subject(w, a);
	return link_page(req, 200, l, template, w);
}

reply address_remove(struct request *req, struct link *l, const struct form *form)
{
	const char *id = form_get(form, "remove");
	struct page_wish wish = {.version = form_get(form, "version"), .way = PAGE_SAVE};
	struct address *list;
	size_t i, count;
	reply out;

	if (!page_current(l, form))
		return preference_page(req, l, VIEW_CONFLICT, NULL, NULL);
	list = address_list(req, l, &count);
	for (i = 0; i < count && strcmp(list[i].id, id) != 0; i++)
		;
	if (i == count)
		return link_message(req, 400, l, "malformed");
	if (list[i].last)
		return link_message(req, 409, l, "last");
	if (form_get(form, "sure") == NULL)
		return ask(req, l, &list[i], "remove");
	wish.body = document_without(req, l, &list[i]);
	return page_change(req, l, &wish, &out) ? ask(req, l, &list[i], "removed") : out;
}
