/*
 * options.c - reading option values, and saying what is wrong with them
 */
#include "services/ctl/ctl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void *ctl_memory;

bool option_integer(const char *option, const char *text, int64_t minimum, int64_t maximum, int64_t *out)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno || end == text || *end || value < minimum || value > maximum) {
		fprintf(stderr,
			"aectl: --%s wants a whole number from %" PRId64 " to %" PRId64 ", not '%s'\n",
			option, minimum, maximum, text);
		return false;
	}
	*out = value;
	return true;
}

int usage_wrong(const char *command, const char *format, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", command);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fprintf(stderr, "\n'%s --help' shows how it is used\n", command);
	return CTL_USAGE;
}
