/*
 * retry_after.c - the header Retry-After, as seconds or as an HTTP date
 */
#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#include "services/notification/retry_after.h"

enum {
	VALUE_MAX = 64 /* the longest HTTP date has 33 characters */
};

static int64_t clamp(int64_t wait)
{
	return wait < SECOND ? SECOND : wait > DAY_SECONDS * SECOND ? DAY_SECONDS * SECOND : wait;
}

/* Digits only, however many: a wait of centuries is a day. */
static bool read_seconds(const char *text, int64_t *wait)
{
	int64_t seconds = 0;

	if (text[strspn(text, "0123456789")] != '\0')
		return false;
	for (; *text; text++)
		seconds = seconds > DAY_SECONDS ? seconds : seconds * 10 + (*text - '0');
	*wait = clamp(seconds > DAY_SECONDS ? DAY_SECONDS * SECOND : seconds * SECOND);
	return true;
}

static bool read_date(const char *text, instant now, int64_t *wait)
{
	time_t at;

	if (strchr(text, ':') == NULL) /* curl_getdate reads "1.5" and "-1" as dates too */
		return false;
	at = curl_getdate(text, NULL);
	if (at < 0 || at > INSTANT_MAX / SECOND)
		return false;
	*wait = clamp((int64_t)at * SECOND - now);
	return true;
}

static bool read_value(const char *value, size_t length, instant now, int64_t *wait)
{
	char text[VALUE_MAX];

	while (length > 0 && strchr(" \t", value[0])) {
		value++;
		length--;
	}
	while (length > 0 && strchr(" \t\r", value[length - 1]))
		length--;
	if (length == 0 || length >= sizeof(text))
		return false;
	memcpy(text, value, length);
	text[length] = '\0';
	return read_seconds(text, wait) || read_date(text, now, wait);
}

bool retry_after_read(const char *raw_headers, instant now, int64_t *microseconds)
{
	static const char name[] = "retry-after:";
	const char *line = raw_headers, *end;
	bool found = false;

	while (line && *line) {
		end = line + strcspn(line, "\n");
		if (strncasecmp(line, name, sizeof(name) - 1) == 0)
			found |= read_value(line + sizeof(name) - 1,
					    (size_t)(end - line) - (sizeof(name) - 1), now, microseconds);
		line = *end ? end + 1 : end;
	}
	return found;
}
