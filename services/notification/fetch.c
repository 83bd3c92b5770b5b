/*
 * fetch.c - small documents from outside, through the guard
 */
#include <curl/curl.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/fetch.h"
#include "services/notification/guard.h"

enum {
	FETCH_MAX = 64 * 1024,
	FETCH_TIME = 2000000 /* microseconds */
};

struct fetched {
	char *text;
	size_t length;
};

static size_t on_text(char *data, size_t size, size_t count, void *into)
{
	struct fetched *f = into;
	size_t n = size * count;

	if (f->length + n > FETCH_MAX)
		return 0;
	memcpy(f->text + f->length, data, n);
	f->length += n;
	f->text[f->length] = '\0';
	return n;
}

const char *fetch_once(const void *parent, const char *url)
{
	struct fetched f = {talloc_zero_size(parent, FETCH_MAX + 1), 0};
	CURL *curl = curl_easy_init();
	struct guard guard = {.proxy = "", .timeout = FETCH_TIME, .bytes_max = FETCH_MAX};
	long status = 0;
	bool done;

	if (curl == NULL)
		return NULL;
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_text);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &f);
	done = guard_apply(curl, &guard) && curl_easy_perform(curl) == CURLE_OK &&
	       curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK && status == 200;
	curl_easy_cleanup(curl);
	return done ? f.text : NULL;
}
