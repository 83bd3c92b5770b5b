/*
 * template_render.c - aectl template render: what a Mustache template makes of some data
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>
#include "common/mustache.h"
#include "services/ctl/ctl.h"

enum {
	FILE_MAX = 16 << 20
};

static const char help[] =
	"usage: aectl template render --template FILE|- --data FILE|- [--partials DIR] [--plain]\n\n"
	"Prints what a Mustache template makes of a JSON document, and nothing else.\n\n"
	"  --template FILE|-    the template\n"
	"  --data FILE|-        the data; any JSON value\n"
	"  --partials DIR       {{>name}} is DIR/name.mustache; what is not there renders as nothing\n"
	"  --plain              do not escape for HTML\n\n"
	"Exit status: 0 rendered, 1 a file, the template or the data cannot be read, 2 wrong usage.\n";

struct render_options {
	const char *template, *data, *partials;
	enum mustache_escape escape;
};

/* A whole file under ctl_memory, "-" for standard input. NULL: *error says why. */
static char *whole_file(const char *path, size_t *length, const char **error)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	char *text = talloc_array(ctl_memory, char, 65536);
	size_t n;

	*error = NULL;
	*length = 0;
	if (f == NULL) {
		*error = strerror(errno);
		return NULL;
	}
	while ((n = fread(text + *length, 1, talloc_get_size(text) - *length - 1, f)) > 0 &&
	       *length < FILE_MAX) {
		*length += n;
		if (talloc_get_size(text) - *length < 2)
			text = talloc_realloc(ctl_memory, text, char, talloc_get_size(text) * 2);
	}
	text[*length] = '\0';
	if (ferror(f))
		*error = strerror(errno);
	else if (*length >= FILE_MAX)
		*error = "is longer than 16 MiB";
	if (f != stdin)
		fclose(f);
	return *error ? NULL : text;
}

/* A name is a file's name, never a way out of the folder. */
static const char *partial_file(void *folder, const char *name, size_t *length)
{
	const char *error;

	if (folder == NULL || name[0] == '.' || strchr(name, '/'))
		return NULL;
	return whole_file(talloc_asprintf(ctl_memory, "%s/%s.mustache", (const char *)folder, name), length,
			  &error);
}

static int failed(const char *path, const char *why)
{
	fprintf(stderr, "aectl template render: %s: %s\n", path, why);
	return CTL_FAILED;
}

static int render(const struct render_options *o)
{
	struct mustache_partials partials = {partial_file, (void *)o->partials};
	const char *text, *error;
	size_t length;
	struct mustache *m;
	struct json *data;
	char *out;

	if (!(text = whole_file(o->template, &length, &error)))
		return failed(o->template, error);
	if (!(m = mustache_parse(ctl_memory, text, length, &error)))
		return failed(o->template, error);
	if (!(text = whole_file(o->data, &length, &error)))
		return failed(o->data, error);
	if (!(data = json_parse(ctl_memory, text, length, &error)))
		return failed(o->data, error);
	if (!(out = mustache_render(ctl_memory, m, data, &partials, o->escape, &length, &error)))
		return failed(o->template, error);
	if (fwrite(out, 1, length, stdout) != length || fflush(stdout) != 0)
		return failed("standard output", strerror(errno));
	return CTL_DONE;
}

int template_render(int argc, char **argv)
{
	static const struct option options[] = {
		{"template", required_argument, NULL, 't'}, {"data", required_argument, NULL, 'd'},
		{"partials", required_argument, NULL, 'p'}, {"plain", no_argument, NULL, 'x'},
		{"help", no_argument, NULL, 'h'},           {NULL, 0, NULL, 0}};
	struct render_options o = {.escape = MUSTACHE_HTML};
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1)
		switch (c) {
		case 't':
			o.template = optarg;
			break;
		case 'd':
			o.data = optarg;
			break;
		case 'p':
			o.partials = optarg;
			break;
		case 'x':
			o.escape = MUSTACHE_PLAIN;
			break;
		case 'h':
			fputs(help, stdout);
			return CTL_DONE;
		default:
			return usage_wrong(argv[0], "wrong option");
		}
	if (optind < argc)
		return usage_wrong(argv[0], "unexpected argument '%s'", argv[optind]);
	if (!o.template || !o.data)
		return usage_wrong(argv[0], "--template and --data are needed");
	if (strcmp(o.template, "-") == 0 && strcmp(o.data, "-") == 0)
		return usage_wrong(argv[0], "only one of --template and --data can be standard input");
	return render(&o);
}
