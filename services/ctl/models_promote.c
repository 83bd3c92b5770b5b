/*
 * models_promote.c - aectl models promote: a model into use, in the place of the one before
 */
#include <stdio.h>
#include <string.h>
#include <talloc.h>
#include "common/json.h"
#include "services/ctl/ctl.h"
#include "services/ctl/models.h"

static const char help[] =
	"usage: aectl models promote ID [--shadow] [--reason TEXT] [--by WHO] [--json]\n\n"
	"Puts a model into use: its file is verified once more, must be the one that the registry knows, and "
	"of a\n"
	"version above the one in use, which retires. One model of a kind is in use at any "
	"time.\n\n" DATABASE_HELP MODELS_HELP MODELS_BY_HELP
	"  --shadow             a candidate is computed beside the one in use, and not used; any number may "
	"be\n"
	"  --reason TEXT        why, for the record\n"
	"  --json               {\"champion\": ..., \"replaces\": ...}, or {\"shadow\": ...}\n" MODELS_EXIT;

/* Under the registry's lock; *before is the former champion, NULL if there was none. NULL: done. */
static const char *promote(struct pg *pg, const struct models_options *o, const struct model_entry *m,
			   const char **before)
{
	const char *retire[] = {m->kind, o->by, o->reason}, *promoted;
	const char *former = models_value(pg, SQL_CTL_RETIRE_CHAMPION, 3, retire);
	const char *values[] = {m->id, o->by, former && *former ? former : NULL, o->reason};

	if (!former || !(promoted = models_value(pg, SQL_CTL_PROMOTE_MODEL, 4, values)))
		return pg_error(pg);
	if (!*promoted)
		return talloc_asprintf(pg, "%s is not above %s, which is in use", m->id, former);
	*before = values[2];
	return models_commit(pg);
}

/* The same for a place beside the champion. */
static const char *shadow(struct pg *pg, const struct models_options *o, const struct model_entry *m)
{
	const char *values[] = {m->id, o->by, o->reason};
	const char *moved = models_value(pg, SQL_CTL_SHADOW_MODEL, 3, values);

	if (moved && !*moved)
		return talloc_asprintf(pg, "%s is %s: only a candidate becomes a shadow", m->id, m->status);
	return moved ? models_commit(pg) : pg_error(pg);
}

/* Its file is good, and the one that the registry knows. NULL: yes. */
static const char *file_fault(const struct models_options *o, const struct model_entry *m)
{
	const char *error = NULL;

	if (strcmp(m->status, "revoked") == 0)
		return talloc_asprintf(ctl_memory, "%s is revoked, and stays so", m->id);
	return models_open(o, models_file(o, m->id), m->hash, 0, &error) ? NULL : error;
}

static void report(const struct models_options *o, const char *id, const char *before)
{
	struct json_writer *w = json_writer_new(ctl_memory);

	if (!o->json && o->shadow)
		printf("%s is a shadow\n", id);
	else if (!o->json)
		printf("%s is in use%s%s\n", id, before ? ", in the place of " : "", before ? before : "");
	if (!o->json)
		return;
	json_open_object(w, NULL);
	json_put_text(w, o->shadow ? "shadow" : "champion", id);
	if (!o->shadow)
		json_put_text(w, "replaces", before);
	json_close(w);
	puts(json_text(w, NULL));
}

int models_promote(int argc, char **argv)
{
	struct models_options o;
	const char *error = NULL, *before = NULL;
	struct model_entry *m;
	struct pg *pg;
	int rc;

	if ((rc = models_parse(&o, argc, argv, help, "dmrbjs", 1, 1)) != OPTIONS_READ)
		return rc;
	if (!(pg = database_open(argv[0], &o.where)))
		return CTL_AWAY;
	if (!models_begin(pg))
		return models_failed(&o, "%s", pg_error(pg));
	if (!(m = models_entry(pg, o.words[0], &error)) || (error = file_fault(&o, m)) ||
	    (error = o.shadow ? shadow(pg, &o, m) : promote(pg, &o, m, &before)))
		return models_failed(&o, "%s", error);
	report(&o, m->id, before);
	return CTL_DONE;
}
