/*
 * options.c - values of options, and saying what is wrong with them
 */
#include "services/train/train.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

bool option_integer(const char *option, const char *text, int64_t least, int64_t most, int64_t *out)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno || end == text || *end || value < least || value > most) {
		fprintf(stderr,
			"ae-train: --%s wants a whole number from %" PRId64 " to %" PRId64 ", not '%s'\n",
			option, least, most, text);
		return false;
	}
	*out = value;
	return true;
}

bool option_real(const char *option, const char *text, double least, double most, double *out)
{
	double value;
	char *end;

	errno = 0;
	value = strtod(text, &end);
	if (errno || end == text || *end || !isfinite(value) || value < least || value > most) {
		fprintf(stderr, "ae-train: --%s wants a number from %g to %g, not '%s'\n", option, least,
			most, text);
		return false;
	}
	*out = value;
	return true;
}

int usage_wrong(const char *command, const char *format, ...)
{
	va_list ap;

	fprintf(stderr, "ae-train %s: ", command);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fprintf(stderr, "\n'ae-train %s --help' shows how it is used\n", command);
	return TRAIN_USAGE;
}
