/*
 * local_report.c - what a running local system tells people and scripts
 */
#include "services/ctl/local.h"

#include <stdio.h>
#include <string.h>
#include <talloc.h>
#include <unistd.h>
#include "common/json.h"
#include "common/token.h"

const char *local_token(const void *parent, const struct local *l, const char *role, const char *member,
			int64_t lifetime, const char **error)
{
	const char *const roles[] = {role, NULL};

	return token_sign(parent, local_path(l, "keys/private.json"), LOCAL_ISSUER, LOCAL_AUDIENCE,
			  member ? member : talloc_asprintf(parent, "local-%s", role), roles, lifetime,
			  error);
}

void report_environment(const struct local *l, struct json_writer *w, const char *token)
{
	json_open_object(w, "environment");
	json_put_text(w, "PGHOST", talloc_asprintf(l, "%s/pg", l->run));
	json_put_text(w, "PGPORT", "5432");
	json_put_text(w, "PGDATABASE", LOCAL_DATABASE);
	json_put_text(w, "PGUSER", LOCAL_OWNER);
	json_put_text(w, "REDIS_SOCKET", talloc_asprintf(l, "%s/redis.sock", l->run));
	json_put_text(w, "AE_URL", local_url(l));
	json_put_text(w, "AE_DIR", l->dir);
	json_put_text(w, "AE_TOKEN", token);
	json_close(w);
}

static void try_request(const struct local *l, const char *what, const char *path)
{
	printf("  # %s\n  curl -s -H \"Authorization: Bearer $AE_TOKEN\" '%s%s'\n", what, local_url(l), path);
}

static void try_member(const struct local *l, const char *member)
{
	try_request(l, "a member's year", talloc_asprintf(l, "/analytics/%s/dashboard?period=year", member));
	try_request(l, "what is worth knowing about it",
		    talloc_asprintf(l, "/analytics/%s/insights", member));
	printf("  # a chart to look at\n"
	       "  curl -s -H \"Authorization: Bearer $AE_TOKEN\" -o spend.svg "
	       "'%s/analytics/%s/charts/spend.svg?period=year'\n",
	       local_url(l), member);
	printf("  # the same as that member itself, who sees nobody else\n"
	       "  curl -s -H \"Authorization: Bearer $(%s/aectl token --dir %s --role member --member %s)\" "
	       "'%s/analytics/%s/dashboard'\n",
	       l->programs, l->dir, member, local_url(l), member);
}

void report_running(const struct local *l, const struct sample *s, const char *token)
{
	printf("\nAnalytics & Engagement is up.\n\n"
	       "  address      %s   (every operation: %s/openapi.json)\n"
	       "  folder       %s   (logs in log/)\n"
	       "  PostgreSQL   psql -h %s/pg -U " LOCAL_OWNER " " LOCAL_DATABASE "\n"
	       "  Redis        redis-cli -s %s/redis.sock\n"
	       "  events       %lld%s\n\n"
	       "Try:\n"
	       "  export AE_TOKEN=%s\n",
	       local_url(l), local_url(l), l->dir, l->run, l->run, (long long)s->events,
	       s->caught_up ? "" : ", some still being applied", token);
	if (s->member)
		try_member(l, s->member);
	else
		try_request(l, "how the services are", "/readyz");
	printf("  # everything that a shell needs\n  eval \"$(%s/aectl local env --dir %s)\"\n", l->programs,
	       l->dir);
	fflush(stdout);
}
