/*
 * options.c - the command line, and the settings it leads to
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/log.h"
#include "services/gateway/life.h"

static void usage(FILE *out)
{
	fputs("usage: ae-gateway [-c FILE] [-i INSTANCE] [-n | -H | -V]\n"
	      "  -c FILE      configuration (INI)\n"
	      "  -i INSTANCE  number of this instance, 1 if not given\n"
	      "  -n           check the configuration and exit\n"
	      "  -H           print the settings and exit\n"
	      "  -V           print the version and exit\n",
	      out);
}

static void fail(const char *what)
{
	fprintf(stderr, "ae-gateway: %s\n", what);
	exit(2);
}

/* The settings of the file; the process ends on a fault at start, and stays as it is on a reload. */
static const char *settings_read(struct life *life)
{
	const char *error;
	enum log_level level;

	if (!settings_load(life, life->file, "gateway", life->tables, &error))
		return error;
	if (!log_level_parse(gateway_settings.log_level, &level))
		return "log_level: it is none of error, warning, info, debug";
	log_set_level(level);
	return NULL;
}

void life_reload(struct life *life)
{
	const struct gateway_settings before = gateway_settings;
	const char *error = settings_read(life);

	if (error) {
		gateway_settings = before;
		log_error("configuration not read, the old one stays reason=\"%s\"", error);
	}
	/* What is bound to a socket, a folder or a metric changes with a restart only. */
	gateway_settings.listen = before.listen;
	gateway_settings.sockets = before.sockets;
	gateway_settings.instance = before.instance;
}

/* -n: everything that can be found out without opening a socket. */
static void check(struct life *life)
{
	const char *error = NULL;

	if (gateway_settings.keys[0] && token_keys_load(life, gateway_settings.keys, &error) == NULL)
		fail(error);
	puts("the configuration is good");
	exit(EXIT_SUCCESS);
}

struct life *life_new(const struct setting *const tables[], int argc, char **argv)
{
	struct life *life = talloc_zero(NULL, struct life);
	const char *instance = NULL, *error;
	bool checking = false;
	int c;

	life->tables = tables;
	while ((c = getopt(argc, argv, "c:i:nHVh")) != -1) {
		switch (c) {
		case 'c':
			life->file = optarg;
			break;
		case 'i':
			instance = optarg;
			break;
		case 'n':
			checking = true;
			break;
		case 'H':
			settings_help(stdout, tables);
			exit(EXIT_SUCCESS);
		case 'V':
			puts("ae-gateway " AE_VERSION);
			exit(EXIT_SUCCESS);
		case 'h':
			usage(stdout);
			exit(EXIT_SUCCESS);
		default:
			usage(stderr);
			exit(2);
		}
	}
	if (optind < argc)
		fail("there are no arguments, only options; see -h");
	if ((error = settings_read(life)) != NULL)
		fail(error);
	if (instance)
		gateway_settings.instance = instance;
	if (checking)
		check(life);
	log_open("ae-gateway", gateway_settings.instance, LOG_LEVEL_INFO);
	settings_read(life);
	return life;
}
