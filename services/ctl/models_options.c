/*
 * models_options.c - the options of "aectl models", read in one place
 */
#include "services/ctl/models.h"

#include <getopt.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>
#include <unistd.h>
#include "common/json.h"
#include "services/ctl/ctl.h"

static const char *user_name(void)
{
	const struct passwd *p = getpwuid(getuid());

	return p ? p->pw_name : talloc_asprintf(ctl_memory, "uid %d", (int)getuid());
}

/* Of the options that the command has. */
static bool models_option(void *into, int option, const char *value)
{
	struct models_options *o = into;

	if (option == '?' || !strchr(o->accepts, option >= DATABASE_DIR ? 'd' : option))
		return false;
	switch (option) {
	case 'j':
		return o->json = true;
	case 's':
		return o->shadow = true;
	case 'm':
		o->models = value;
		return true;
	case 'k':
		o->kind = value;
		return true;
	case 'r':
		o->reason = value;
		return true;
	case 'b':
		o->by = value;
		return true;
	}
	return database_option(&o->where, option, value);
}

int models_parse(struct models_options *o, int argc, char **argv, const char *help, const char *accepts,
		 int words_least, int words_most)
{
	static const struct option options[] = {DATABASE_LONG_OPTIONS,
						{"models", required_argument, NULL, 'm'},
						{"kind", required_argument, NULL, 'k'},
						{"reason", required_argument, NULL, 'r'},
						{"shadow", no_argument, NULL, 's'},
						{"by", required_argument, NULL, 'b'},
						{"json", no_argument, NULL, 'j'},
						{"help", no_argument, NULL, 'h'},
						{NULL, 0, NULL, 0}};
	int rc;

	*o = (struct models_options){.command = argv[0], .accepts = accepts, .by = user_name()};
	if ((rc = command_options(argc, argv, help, options, models_option, o, words_most)) != OPTIONS_READ)
		return rc;
	o->words = (const char *const *)argv + optind;
	o->word_count = argc - optind;
	return o->word_count < words_least ? usage_wrong(argv[0], "something is missing") : OPTIONS_READ;
}

int models_failed(const struct models_options *o, const char *format, ...)
{
	struct json_writer *w = json_writer_new(ctl_memory);
	const char *text;
	va_list ap;

	va_start(ap, format);
	text = talloc_vasprintf(ctl_memory, format, ap);
	va_end(ap);
	fprintf(stderr, "%s: %s\n", o->command, text);
	if (o->json) {
		json_open_object(w, NULL);
		json_put_text(w, "error", text);
		json_close(w);
		puts(json_text(w, NULL));
	}
	return CTL_FAILED;
}
