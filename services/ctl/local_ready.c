/*
 * local_ready.c - what the gateway's /readyz says of each process
 */
#include "services/ctl/local.h"

#include <curl/curl.h>
#include <string.h>
#include <talloc.h>
#include "common/json.h"

enum {
	BODY_MAX = 8 << 20
};

static size_t take(char *data, size_t size, size_t count, void *target)
{
	char **body = target;

	if (talloc_get_size(*body) + size * count > BODY_MAX)
		return 0;
	*body = talloc_strndup_append(*body, data, size * count);
	return size * count;
}

/* GET; the HTTP status, 0 when nothing answered. */
static long http_get(const char *url, int64_t timeout_ms, char **body)
{
	CURL *curl = curl_easy_init();
	long status = 0;

	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
	if (curl_easy_perform(curl) == CURLE_OK)
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(curl);
	return status;
}

struct readiness *readiness_ask(const void *parent, const struct local *l, int64_t timeout_ms)
{
	struct readiness *r = talloc_zero(parent, struct readiness);
	char *body = talloc_strdup(r, "");
	const char *error;

	r->gateway = http_get(talloc_asprintf(r, "%s/readyz", local_url(l)), timeout_ms, &body) == 200;
	r->services = json_get(json_parse(r, body, strlen(body), &error), "services");
	return r;
}

bool readiness_of(const struct readiness *r, const struct child *c)
{
	const struct json *service = json_get(r->services, c->service);
	const char *number = talloc_asprintf(r, "%d", c->instance);

	if (!c->instance)
		return r->gateway;
	return json_get_boolean(json_get(json_get(service, "instances"), number), "ready", false);
}
