/*
 * options.c - reading option values, and saying what is wrong with them
 */
#include "services/ctl/ctl.h"

#include <errno.h>
#include <getopt.h>
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

int command_options(int argc, char **argv, const char *help, const struct option *options,
		    bool (*take)(void *into, int option, const char *value), void *into, int arguments)
{
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c == 'h') {
			fputs(help, stdout);
			return CTL_DONE;
		}
		if (!take(into, c, optarg))
			return usage_wrong(argv[0], "wrong option");
	}
	if (argc - optind > arguments)
		return usage_wrong(argv[0], "unexpected argument '%s'", argv[optind + arguments]);
	return OPTIONS_READ;
}
