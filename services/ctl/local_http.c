/*
 * local_http.c - a GET, for asking the gateway how it is
 */
#include "services/ctl/local.h"

#include <curl/curl.h>
#include <talloc.h>

enum { BODY_MAX = 8 << 20 };

static size_t take(char *data, size_t size, size_t count, void *target)
{
	char **body = target;

	if (talloc_get_size(*body) + size * count > BODY_MAX)
		return 0;
	*body = talloc_strndup_append(*body, data, size * count);
	return size * count;
}

int http_get(const void *parent, const char *url, int64_t timeout_ms, const char **body)
{
	char *text = talloc_strdup(parent, "");
	CURL *curl = curl_easy_init();
	long status = 0;

	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &text);
	if (curl_easy_perform(curl) == CURLE_OK)
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(curl);
	*body = text;
	return (int)status;
}
