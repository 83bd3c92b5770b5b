/*
 * local_env.c - aectl local env: what psql, redis-cli and curl need to find a local system
 */
#include "services/ctl/local.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>
#include "common/json.h"
#include "services/ctl/ctl.h"

enum {
	ENV_TOKEN_SECONDS = 24 * 3600
};

static const char help[] =
	"usage: eval \"$(aectl local env [--dir D])\"\n\n"
	"Prints PGHOST, PGPORT, PGDATABASE, PGUSER, REDIS_SOCKET, AE_URL, AE_DIR and AE_TOKEN (of an admin,\n"
	"good for a day) as shell exports.\n\n"
	"  --dir D    the folder (default: $AE_DIR, or var)\n"
	"  --json     the same as a JSON object\n\n"
	"Exit status: 0 done, 1 failed, 2 wrong usage, 3 not running.\n";

/* A value in single quotes, whatever is in it. */
static void print_export(const char *name, const char *value)
{
	printf("export %s='", name);
	for (; *value; value++)
		if (*value == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*value);
	puts("'");
}

static int env_print(const struct local *l, bool json)
{
	struct json_writer *w = json_writer_new(l);
	const char *error, *text, *token = local_token(l, l, "admin", NULL, ENV_TOKEN_SECONDS, &error);
	const struct json *v;
	size_t length;

	if (!token) {
		fprintf(stderr, "aectl local env: %s\n", error);
		return CTL_FAILED;
	}
	json_open_object(w, NULL);
	report_environment(l, w, token);
	json_close(w);
	text = json_text(w, &length);
	v = json_get(json_parse(l, text, length, &error), "environment");
	if (json) {
		json_writer_reset(w);
		json_put_value(w, NULL, v);
		puts(json_text(w, NULL));
		return CTL_DONE;
	}
	for (v = v->first; v; v = v->next)
		print_export(v->name, v->text);
	return CTL_DONE;
}

static int env_run(const char *dir, bool json)
{
	const char *error = NULL;
	struct local *l = local_load(ctl_memory, dir, &error);
	int rc = CTL_AWAY;

	if (l && local_running(l->dir) && l->port)
		rc = env_print(l, json);
	else
		fprintf(stderr, "aectl local env: %s\n", l ? "the local system is not running" : error);
	talloc_free(l);
	return rc;
}

int local_env(int argc, char **argv)
{
	static const struct option options[] = {{"dir", required_argument, NULL, 'd'},
						{"json", no_argument, NULL, 'j'},
						{"help", no_argument, NULL, 'h'},
						{NULL, 0, NULL, 0}};
	const char *dir = NULL;
	bool json = false;
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1)
		switch (c) {
		case 'd':
			dir = optarg;
			break;
		case 'j':
			json = true;
			break;
		case 'h':
			fputs(help, stdout);
			return CTL_DONE;
		default:
			return usage_wrong(argv[0], "wrong option");
		}
	if (optind < argc)
		return usage_wrong(argv[0], "unexpected argument '%s'", argv[optind]);
	return env_run(local_default_dir(dir), json);
}
