/*
 * push_url.c - URLs as libcurl itself reads them, so that what is judged is where the request goes
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <curl/curl.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/push_url.h"

/* A part as text; "" where the URL has none. */
static char *part(const void *parent, CURLU *u, CURLUPart what, unsigned flags)
{
	char *text = NULL, *copy;

	if (curl_url_get(u, what, &text, flags) != CURLUE_OK)
		return talloc_strdup(parent, "");
	copy = talloc_strdup(parent, text);
	curl_free(text);
	return copy;
}

/* Characters that have to be written as %XX have no place in a URL; a space may be the end of a line. */
static bool printable(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text <= ' ' || (unsigned char)*text >= 0x7f)
			return false;
	return true;
}

/* NULL: not a URL, or one with a user, a password, or a fragment. */
static CURLU *read_url(const void *scratch, const char *url)
{
	CURLU *u = printable(url) ? curl_url() : NULL;

	if (u == NULL)
		return NULL;
	if (curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    *part(scratch, u, CURLUPART_USER, 0) == '\0' &&
	    *part(scratch, u, CURLUPART_PASSWORD, 0) == '\0' &&
	    *part(scratch, u, CURLUPART_FRAGMENT, 0) == '\0')
		return u;
	curl_url_cleanup(u);
	return NULL;
}

static bool is_loopback(const char *host)
{
	struct in_addr four;

	return strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
	       (inet_pton(AF_INET, host, &four) == 1 && ntohl(four.s_addr) >> 24 == 127);
}

bool push_url_local(const char *url)
{
	return strncmp(url, "http://", 7) == 0 && push_url_loopback(url);
}

bool push_url_loopback(const char *url)
{
	void *scratch = talloc_new(NULL);
	CURLU *u = read_url(scratch, url);
	bool local = u && is_loopback(part(scratch, u, CURLUPART_HOST, 0));

	curl_url_cleanup(u);
	talloc_free(scratch);
	return local;
}

char *push_url_origin(const void *parent, const char *url)
{
	void *scratch = talloc_new(NULL);
	CURLU *u = read_url(scratch, url);
	char *origin = NULL, *port, *p;

	if (u) {
		port = part(scratch, u, CURLUPART_PORT, CURLU_NO_DEFAULT_PORT);
		origin = talloc_asprintf(parent, "%s://%s%s%s", part(scratch, u, CURLUPART_SCHEME, 0),
					 part(scratch, u, CURLUPART_HOST, 0), *port ? ":" : "", port);
		for (p = origin; *p; p++)
			*p = (char)tolower((unsigned char)*p);
	}
	curl_url_cleanup(u);
	talloc_free(scratch);
	return origin;
}

char *push_base_url(const void *parent, const char *name, const char *url, const char *fallback,
		    bool allow_plain, bool *plain, const char **error)
{
	void *scratch = talloc_new(NULL);
	const char *chosen = url && *url ? url : fallback;
	size_t length = strlen(chosen);
	CURLU *u = read_url(scratch, chosen);
	bool good = u && *part(scratch, u, CURLUPART_QUERY, 0) == '\0';

	curl_url_cleanup(u);
	talloc_free(scratch);
	*plain = allow_plain && push_url_local(chosen);
	while (length > 0 && chosen[length - 1] == '/')
		length--;
	if (good && (*plain || strncmp(chosen, "https://", 8) == 0))
		return talloc_strndup(parent, chosen, length);
	*error = talloc_asprintf(parent, "%s: \"%s\" is not the https:// URL of a push service", name,
				 chosen);
	return NULL;
}
