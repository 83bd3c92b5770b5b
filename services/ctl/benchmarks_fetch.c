/*
 * benchmarks_fetch.c - market data from an address, bounded in time and size
 */
#include "services/ctl/benchmarks_file.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>
#include <unistd.h>

enum {
	SIZE_MAX_BYTES = 64 << 20,
	CONNECT_SECONDS = 10,
	WHOLE_SECONDS = 60,
	REDIRECTS_MAX = 3
};

struct fetch {
	FILE *file;
	size_t size;
	bool too_large;
};

static size_t take(char *data, size_t one, size_t count, void *context)
{
	struct fetch *f = context;

	f->size += one * count;
	f->too_large = f->size > SIZE_MAX_BYTES;
	return f->too_large ? 0 : fwrite(data, one, count, f->file);
}

static int file_gone(char *path)
{
	unlink(path);
	return 0;
}

static void set_limits(CURL *curl, const char *url, struct fetch *f)
{
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)REDIRECTS_MAX);
	curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)WHOLE_SECONDS);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "aectl/" AE_VERSION);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, f);
}

/* NULL: all is well. */
static const char *fetch_into(const void *parent, const char *url, struct fetch *f)
{
	char message[CURL_ERROR_SIZE] = "";
	CURL *curl = curl_easy_init();
	const char *why = NULL;
	CURLcode code;

	set_limits(curl, url, f);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, message);
	code = curl_easy_perform(curl);
	if (f->too_large)
		why = talloc_asprintf(parent, "larger than %d MiB", SIZE_MAX_BYTES >> 20);
	else if (code != CURLE_OK)
		why = talloc_strdup(parent, message[0] ? message : curl_easy_strerror(code));
	curl_easy_cleanup(curl);
	return why;
}

const char *benchmark_fetch(const void *parent, const char *url, const char **error)
{
	const char *folder = getenv("TMPDIR");
	char *path = talloc_asprintf(parent, "%s/aectl-benchmarks-XXXXXX",
				     folder && *folder ? folder : "/tmp");
	int fd = mkstemp(path);
	struct fetch f = {.file = fd < 0 ? NULL : fdopen(fd, "wb")};

	if (!f.file) {
		*error = talloc_asprintf(parent, "%s: %s", path, strerror(errno));
		return NULL;
	}
	talloc_set_destructor(path, file_gone);
	*error = fetch_into(parent, url, &f);
	if (fclose(f.file) != 0 && !*error)
		*error = talloc_asprintf(parent, "%s: %s", path, strerror(errno));
	return *error ? NULL : path;
}
