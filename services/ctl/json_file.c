/*
 * json_file.c - JSON that an option gives, or names a file of
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>
#include "common/json.h"
#include "services/ctl/ctl.h"

enum {
	FILE_BYTES_MAX = 16 << 20
};

static struct json *fail(const char *command, const char *path, const char *fault)
{
	fprintf(stderr, "%s: %s: %s\n", command, strcmp(path, "-") == 0 ? "standard input" : path, fault);
	return NULL;
}

struct json *json_file_read(const char *command, const char *path)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	char *text = NULL;
	size_t length = 0, room = 0, n;
	const char *error;
	struct json *json;
	int failed;

	if (f == NULL)
		return fail(command, path, strerror(errno));
	do {
		room = room ? room * 2 : 65536;
		text = talloc_realloc(ctl_memory, text, char, room);
		n = fread(text + length, 1, room - length, f);
		length += n;
	} while (n > 0 && length <= FILE_BYTES_MAX);
	failed = ferror(f) ? errno : 0;
	if (f != stdin)
		fclose(f);
	if (failed)
		return fail(command, path, strerror(failed));
	if (length > FILE_BYTES_MAX)
		return fail(command, path, "larger than 16 MiB");
	json = json_parse(ctl_memory, text, length, &error);
	return json ? json : fail(command, path, error);
}

struct json *json_option_read(const char *command, const char *option, const char *text)
{
	const char *error;
	struct json *json = json_parse(ctl_memory, text, strlen(text), &error);

	if (json == NULL)
		fprintf(stderr, "%s: --%s: %s (a file is --%s-file)\n", command, option, error, option);
	return json;
}
