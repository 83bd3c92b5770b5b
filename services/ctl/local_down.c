/*
 * local_down.c - aectl local down: stops what `aectl local up` started in a folder
 */
#include "services/ctl/local.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>
#include <unistd.h>
#include "services/ctl/ctl.h"

enum {
	DOWN_SECONDS = 60
};

static const char help[] =
	"usage: aectl local down [--dir D] [--delete] [--json]\n\n"
	"Stops the local system in D: gateway, daemons, Redis, PostgreSQL. Data is kept.\n\n"
	"  --dir D    the folder (default: $AE_DIR, or var)\n"
	"  --delete   afterwards delete its data, logs and keys, wherever they are\n"
	"  --json     one JSON document\n\n"
	"Exit status: 0 it is down (also if it was already), 1 failed, 2 wrong usage.\n";

/* Everything that `up` made; other things that may lie in D stay. */
static bool delete_all(struct local *l)
{
	static const char *const names[] = {"pg",  "pg.new",  "redis",       "log",        "keys",
					    "run", "ae.conf", "sample.json", "local.json", "lock"};
	const char *inside = local_path(l, "pg");
	char *base = talloc_strdup(l, l->pg_data), *slash = strrchr(base, '/');
	size_t i;

	if (strcmp(l->pg_data, inside) != 0 && slash && strcmp(slash, "/pg") == 0) {
		*slash = '\0';
		folder_remove(base);
	}
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		folder_remove(local_path(l, names[i]));
	rmdir(l->dir);
	return access(inside, F_OK) != 0;
}

/* Asks the supervisor; if there is none, ends what one left behind. */
static bool stop(struct local *l)
{
	if (!local_running(l->dir)) {
		local_end_stale(l);
		if (strcmp(l->state, "stopped") != 0)
			local_remove_run(l);
		return true;
	}
	identity_signal(l->supervisor, SIGTERM);
	if (local_wait_stopped(l->dir, DOWN_SECONDS * SECOND))
		return true;
	identity_signal(l->supervisor, SIGKILL);
	local_end_stale(l);
	return local_wait_stopped(l->dir, SECOND);
}

static int down_run(const char *dir, bool erase, bool json)
{
	const char *error = NULL;
	struct local *l = local_load(ctl_memory, dir, &error);
	bool was = l && local_running(l->dir), good = !l || stop(l);

	if (good && l && erase)
		good = delete_all(l);
	if (json)
		printf("{\"state\": \"%s\", \"was_running\": %s}\n", good ? "stopped" : "failed",
		       was ? "true" : "false");
	else if (good)
		printf("%s\n", was ? "stopped" : "was not running");
	if (!good)
		fprintf(stderr, "aectl local down: could not %s in %s\n",
			erase ? "stop or delete all" : "stop all", dir);
	talloc_free(l);
	return good ? CTL_DONE : CTL_FAILED;
}

int local_down(int argc, char **argv)
{
	static const struct option options[] = {{"dir", required_argument, NULL, 'd'},
						{"delete", no_argument, NULL, 'x'},
						{"json", no_argument, NULL, 'j'},
						{"help", no_argument, NULL, 'h'},
						{NULL, 0, NULL, 0}};
	const char *dir = NULL;
	bool json = false, erase = false;
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1)
		switch (c) {
		case 'd':
			dir = optarg;
			break;
		case 'x':
			erase = true;
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
	return down_run(local_default_dir(dir), erase, json);
}
