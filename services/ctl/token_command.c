/*
 * token_command.c - aectl token: a bearer token for a local system
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>
#include "common/token.h"
#include "services/ctl/ctl.h"
#include "services/ctl/local.h"

enum {
	LIFETIME_MAX = 400 * 24 * 3600
};

static const char help[] =
	"usage: aectl token --role ROLE [--member ID] [--dir D] [--lifetime SECONDS]\n\n"
	"Prints a bearer token signed with the key of the local system in D. It need not be running.\n\n"
	"  --role ROLE         admin, analyst, service or member\n"
	"  --member ID         whom the token stands for; needed for member, and only there\n"
	"  --dir D             the folder (default: $AE_DIR, or var)\n"
	"  --lifetime SECONDS  default 86400\n"
	"  --json              {\"token\": ..., \"subject\": ..., \"role\": ..., \"lifetime\": ...}\n\n"
	"Exit status: 0 done, 1 failed, 2 wrong usage, 3 there is no local system in D.\n";

struct token_options {
	const char *dir, *role, *member;
	int64_t lifetime;
	bool json;
};

/* Member ids are opaque, of these characters. */
static bool member_valid(const char *id)
{
	size_t n = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:@-");

	return n > 0 && n <= 64 && id[n] == '\0';
}

static int token_print(const struct token_options *o)
{
	const char *error = NULL, *token;
	struct local *l = local_load(ctl_memory, local_default_dir(o->dir), &error);
	int rc = CTL_FAILED;

	if (!l) {
		fprintf(stderr, "aectl token: %s\n", error);
		return CTL_AWAY;
	}
	token = local_token(l, l, o->role, o->member, o->lifetime, &error);
	if (!token)
		fprintf(stderr, "aectl token: %s\n", error);
	else if (o->json)
		printf("{\"token\": \"%s\", \"subject\": \"%s%s\", \"role\": \"%s\", \"lifetime\": %lld}\n",
		       token, o->member ? "" : "local-", o->member ? o->member : o->role, o->role,
		       (long long)o->lifetime);
	else
		puts(token);
	if (token)
		rc = CTL_DONE;
	talloc_free(l);
	return rc;
}

static int token_check(const char *command, const struct token_options *o)
{
	if (!o->role)
		return usage_wrong(command, "--role is missing");
	if (!token_role(o->role))
		return usage_wrong(command, "no role '%s': admin, analyst, service or member", o->role);
	if (strcmp(o->role, "member") == 0 && !o->member)
		return usage_wrong(command, "--role member needs --member ID");
	if (strcmp(o->role, "member") != 0 && o->member)
		return usage_wrong(command, "--member goes with --role member only");
	if (o->member && !member_valid(o->member))
		return usage_wrong(command, "'%s' is no member id: 1-64 of letters, digits and ._:@-",
				   o->member);
	return CTL_DONE;
}

int token_command(int argc, char **argv)
{
	static const struct option options[] = {{"role", required_argument, NULL, 'r'},
						{"member", required_argument, NULL, 'm'},
						{"dir", required_argument, NULL, 'd'},
						{"lifetime", required_argument, NULL, 'l'},
						{"json", no_argument, NULL, 'j'},
						{"help", no_argument, NULL, 'h'},
						{NULL, 0, NULL, 0}};
	struct token_options o = {.lifetime = 86400};
	int c, rc;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1)
		switch (c) {
		case 'r':
			o.role = optarg;
			break;
		case 'm':
			o.member = optarg;
			break;
		case 'd':
			o.dir = optarg;
			break;
		case 'l':
			if (!option_integer("lifetime", optarg, 1, LIFETIME_MAX, &o.lifetime))
				return CTL_USAGE;
			break;
		case 'j':
			o.json = true;
			break;
		case 'h':
			fputs(help, stdout);
			return CTL_DONE;
		default:
			return usage_wrong(argv[0], "wrong option");
		}
	if (optind < argc)
		return usage_wrong(argv[0], "unexpected argument '%s'", argv[optind]);
	rc = token_check(argv[0], &o);
	return rc == CTL_DONE ? token_print(&o) : rc;
}
