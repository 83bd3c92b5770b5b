/*
 * models_rollback.c - aectl models rollback: back to the champion before
 */
#include <stdio.h>
#include <talloc.h>
#include "common/json.h"
#include "services/ctl/ctl.h"
#include "services/ctl/models.h"

static const char help[] =
	"usage: aectl models rollback KIND [--reason TEXT] [--by WHO] [--json]\n\n"
	"Puts the model into use that the present one of a kind has replaced; the present one retires. Its "
	"file is\n"
	"verified once more. Again, and it goes one further back; revoked models are passed "
	"over.\n\n" DATABASE_HELP MODELS_HELP MODELS_BY_HELP "  --reason TEXT        why, for the record\n"
	"  --json               {\"champion\": ..., \"retired\": ...}\n" MODELS_EXIT;

static void report(const struct models_options *o, const char *gone, const char *champion)
{
	struct json_writer *w = json_writer_new(ctl_memory);

	if (!o->json) {
		printf("%s is retired; in use is %s\n", gone, champion);
		return;
	}
	json_open_object(w, NULL);
	json_put_text(w, "retired", gone);
	json_put_text(w, "champion", champion);
	json_close(w);
	puts(json_text(w, NULL));
}

static const char *rollback(struct pg *pg, const struct models_options *o, const char **gone,
			    const char **champion)
{
	const char *values[] = {o->words[0], o->by, o->reason}, *error;

	if (!models_begin(pg) || !(*gone = models_value(pg, SQL_CTL_RETIRE_CHAMPION, 3, values)))
		return pg_error(pg);
	if (!**gone)
		return talloc_asprintf(pg, "no model of kind '%s' is in use", o->words[0]);
	if ((error = models_former(pg, o, *gone, champion)))
		return error;
	if (!*champion)
		return talloc_asprintf(pg, "%s has replaced no model that could come back", *gone);
	if ((error = models_restore(pg, o, *champion)))
		return error;
	return models_commit(pg);
}

int models_rollback(int argc, char **argv)
{
	struct models_options o;
	const char *error, *gone = NULL, *champion = NULL;
	struct pg *pg;
	int rc;

	if ((rc = models_parse(&o, argc, argv, help, "dmrbj", 1, 1)) != OPTIONS_READ)
		return rc;
	if (!(pg = database_open(argv[0], &o.where)))
		return CTL_AWAY;
	if ((error = rollback(pg, &o, &gone, &champion)))
		return models_failed(&o, "%s", error);
	report(&o, gone, champion);
	return CTL_DONE;
}
