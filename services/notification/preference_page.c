/*
 * preference_page.c - the preference centre as a page, and its form as a merge patch
 */
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "gen/notification_pages.h"
#include "services/notification/preference_page.h"

static const struct {
	const char *value, *words;
} frequencies[] = {
	{"immediate", "As things happen"},
	{"daily", "Summed up once a day"},
	{"weekly", "Summed up once a week"},
};

static void put_categories(struct json_writer *w, const struct json *chosen)
{
	size_t i;
	int c;

	json_open_array(w, "categories");
	for (i = 0; i < category_count; i++) {
		json_open_object(w, NULL);
		json_put_text(w, "title", categories[i].title);
		json_open_array(w, "channels");
		for (c = 0; c < CHANNEL_COUNT; c++) {
			json_open_object(w, NULL);
			json_put_text(w, "category", categories[i].name);
			json_put_text(w, "channel", channel_name((enum channel)c));
			json_put_boolean(w, "on",
					 json_get_boolean(json_get(chosen, categories[i].name),
							  channel_name((enum channel)c), false));
			json_close(w);
		}
		json_close(w);
		json_close(w);
	}
	json_close(w);
}

static void put_general(struct json_writer *w, const struct json *holds)
{
	const char *frequency = json_get_text(holds, "frequency", "immediate");
	size_t i;

	json_open_array(w, "frequencies");
	for (i = 0; i < sizeof(frequencies) / sizeof(frequencies[0]); i++) {
		json_open_object(w, NULL);
		json_put_text(w, "value", frequencies[i].value);
		json_put_text(w, "words", frequencies[i].words);
		json_put_boolean(w, "on", strcmp(frequency, frequencies[i].value) == 0);
		json_close(w);
	}
	json_close(w);
	json_put_boolean(w, "marketing_consent", json_get_boolean(holds, "marketing_consent", false));
	json_put_boolean(w, "tracking_consent", json_get_boolean(holds, "tracking_consent", false));
	json_put_boolean(w, "global_opt_out", json_get_boolean(holds, "global_opt_out", false));
}

reply preference_page(struct request *req, const struct link *l, const struct stored_preferences *p,
		      bool saved)
{
	struct json_writer *w = json_writer_new(req);
	const struct json *holds;
	const char *text, *error;
	size_t length;

	preferences_put(w, req, p->document, p->profile, p->version, false);
	text = json_text(w, &length);
	holds = json_parse(req, text, length, &error);
	w = page_data(req, "What you hear from us", l->token);
	json_put_boolean(w, "saved", saved);
	put_categories(w, json_get(holds, "categories"));
	put_general(w, holds);
	json_close(w);
	return page_reply(req, 200, page_preferences, sizeof(page_preferences) - 1, w);
}

const struct json *preference_form(struct request *req)
{
	struct json_writer *w = json_writer_new(req);
	char *body = talloc_strndup(req, req->body, req->body_length);
	struct evkeyvalq fields = {0};
	const char *frequency, *text, *error;
	size_t i, length;
	int c;

	evhttp_parse_query_str(body, &fields);
	json_open_object(w, NULL);
	json_open_object(w, "categories");
	for (i = 0; i < category_count; i++) {
		json_open_object(w, categories[i].name);
		for (c = 0; c < CHANNEL_COUNT; c++) {
			const char *name = talloc_asprintf(w, "c.%s.%s", categories[i].name,
							   channel_name((enum channel)c));

			json_put_boolean(w, channel_name((enum channel)c),
					 evhttp_find_header(&fields, name) != NULL);
		}
		json_close(w);
	}
	json_close(w);
	frequency = evhttp_find_header(&fields, "frequency");
	json_put_text(w, "frequency", frequency ? frequency : "immediate");
	json_put_boolean(w, "marketing_consent", evhttp_find_header(&fields, "marketing_consent") != NULL);
	json_put_boolean(w, "tracking_consent", evhttp_find_header(&fields, "tracking_consent") != NULL);
	json_put_boolean(w, "global_opt_out", evhttp_find_header(&fields, "global_opt_out") != NULL);
	json_close(w);
	evhttp_clear_headers(&fields);
	text = json_text(w, &length);
	return json_parse(req, text, length, &error);
}
