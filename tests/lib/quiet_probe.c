/*
 * quiet_probe.c - quiet hours by themselves, for the system tests
 *
 * Reads lines "ZONE FROM TO NOW" (minutes of day; seconds since 1970) and writes for each the first allowed
 * instant in seconds, with a fraction if it has one, or "unknown" for a zone that is not known here.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/notification/quiet.h"

static void answer(const char *name, const struct quiet_hours *q, int64_t seconds)
{
	const struct tz *zone = tz_find(name);
	instant until;

	if (zone == NULL) {
		puts("unknown");
		return;
	}
	until = quiet_until(q, zone, seconds * SECOND);
	if (until % SECOND == 0)
		printf("%" PRId64 "\n", until / SECOND);
	else
		printf("%.6f\n", (double)until / (double)SECOND);
}

static bool number(char **rest, int64_t *out)
{
	char *end;

	*out = strtoll(*rest, &end, 10);
	if (end == *rest || (*end != ' ' && *end != '\n'))
		return false;
	*rest = end;
	return true;
}

int main(void)
{
	struct quiet_hours q = {.time_zone = ""};
	char line[256], *rest;
	int64_t from, to, seconds;

	while (fgets(line, sizeof(line), stdin) != NULL) {
		rest = strchr(line, ' ');
		if (rest == NULL || (*rest++ = '\0', !number(&rest, &from)) || !number(&rest, &to) ||
		    !number(&rest, &seconds)) {
			fprintf(stderr, "quiet_probe: %s: not ZONE FROM TO NOW\n", line);
			return EXIT_FAILURE;
		}
		q.from = (int)from;
		q.to = (int)to;
		answer(line, &q, seconds);
	}
	return EXIT_SUCCESS;
}
