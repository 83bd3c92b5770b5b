/*
 * models_export.c - aectl models export: a model of the registry, as a file to carry away
 */
#include <stdio.h>
#include <talloc.h>
#include "common/durable.h"
#include "common/json.h"
#include "services/ctl/ctl.h"
#include "services/ctl/models.h"

static const char help[] =
	"usage: aectl models export ID FILE [--json]\n\n"
	"Writes a model of the registry into a file, verified once more.\n\n" DATABASE_HELP MODELS_HELP
	"  --json               {\"model_id\": ..., \"file\": ..., \"file_hash\": ...}\n" MODELS_EXIT;

static void report(const struct models_options *o, const struct model_entry *m)
{
	struct json_writer *w = json_writer_new(ctl_memory);

	if (!o->json) {
		printf("%s is in %s\n", m->id, o->words[1]);
		return;
	}
	json_open_object(w, NULL);
	json_put_text(w, "model_id", m->id);
	json_put_text(w, "file", o->words[1]);
	json_put_text(w, "file_hash", m->hash);
	json_close(w);
	puts(json_text(w, NULL));
}

int models_export(int argc, char **argv)
{
	struct models_options o;
	const struct model_entry *m;
	const char *error = NULL;
	struct container *c;
	struct pg *pg;
	int rc;

	if ((rc = models_parse(&o, argc, argv, help, "dmj", 2, 2)) != OPTIONS_READ)
		return rc;
	if (!(pg = database_open(argv[0], &o.where)))
		return CTL_AWAY;
	if (!(m = models_entry(pg, o.words[0], &error)) ||
	    !(c = models_open(&o, models_file(&o, m->id), m->hash, 0, &error)) ||
	    !durable_replace(pg, o.words[1], c->bytes, c->length, 0644, &error))
		return models_failed(&o, "%s", error);
	report(&o, m);
	return CTL_DONE;
}
