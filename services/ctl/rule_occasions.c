/*
 * rule_occasions.c - what an engagement rule is asked of, from the running system
 *
 * Days on which points end, offers and rewards are ae-engagement's to know, with the facts as of today; so it
 * is asked, over the gateway, as anybody would.
 */
#include "services/ctl/rule_explain.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>
#include "services/ctl/ctl.h"

enum {
	REPLY_MAX = 4 << 20,
	TOKEN_SECONDS = 60,
	WAIT_SECONDS = 10
};

struct asking {
	char *text; /* under ctl_memory */
	size_t length;
};

static size_t take(char *data, size_t one, size_t count, void *context)
{
	struct asking *a = context;

	if (a->length + one * count > REPLY_MAX)
		return 0;
	a->text = talloc_realloc(ctl_memory, a->text, char, a->length + one * count);
	memcpy(a->text + a->length, data, one * count);
	a->length += one * count;
	return one * count;
}

/* Where to ask, and as whom: what the shell names unless a local system is meant. */
static bool find_gateway(const struct database_options *where, const char **url, const char **token,
			 const char **error)
{
	const char *named_url = getenv("AE_URL"), *named_token = getenv("AE_TOKEN");
	struct local *l;

	if (!where->dir && named_url && named_token) {
		*url = named_url;
		*token = named_token;
		return true;
	}
	l = where->postgres ? NULL : local_load(ctl_memory, local_default_dir(where->dir), error);
	if (where->postgres)
		*error = "this rule is about something: $AE_URL and $AE_TOKEN are needed to ask for it";
	*url = l ? local_url(l) : NULL;
	*token = l ? local_token(ctl_memory, l, "admin", NULL, TOKEN_SECONDS, error) : NULL;
	return *token != NULL;
}

/* The answer's status; 0: *error says why there is none. */
static long ask(const char *url, const char *token, struct asking *a, const char **error)
{
	struct curl_slist *headers = curl_slist_append(
		NULL, talloc_asprintf(ctl_memory, "Authorization: Bearer %s", token));
	CURL *curl = curl_easy_init();
	CURLcode code;
	long status = 0;

	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)WAIT_SECONDS);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, a);
	code = curl_easy_perform(curl);
	if (code == CURLE_OK)
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	else
		*error = curl_easy_strerror(code);
	curl_easy_cleanup(curl);
	curl_slist_free_all(headers);
	return status;
}

const struct json *rule_occasions(const char *command, const struct database_options *where, const char *rule,
				  const char *member)
{
	const char *url, *token, *error = "the answer has no occasions", *path;
	struct asking a = {NULL, 0};
	const struct json *reply = NULL, *list;
	long status;

	if (!find_gateway(where, &url, &token, &error)) {
		fprintf(stderr, "%s: %s\n", command, error);
		return NULL;
	}
	path = talloc_asprintf(ctl_memory, "%s/engagement/%s/rules/%s/occasions", url, member, rule);
	status = ask(path, token, &a, &error);
	if (status)
		reply = a.text ? json_parse(ctl_memory, a.text, a.length, &error) : NULL;
	list = json_get(reply, "occasions");
	if (list == NULL)
		fprintf(stderr, "%s: %s: %s\n", command, path,
			json_get_text(reply, "detail", json_get_text(reply, "title", error)));
	return list;
}
