/*
 * models_show.c - aectl models show: a model, and every change of it
 */
#include <stdio.h>
#include <string.h>
#include <talloc.h>
#include "common/json.h"
#include "services/ctl/ctl.h"
#include "services/ctl/models.h"

static const char help[] = "usage: aectl models show ID [--json]\n\n"
			   "All that the registry knows of a model, and every change of it.\n\n" DATABASE_HELP
			   "  --json               {\"model\": {...}, \"history\": [...]}\n" MODELS_EXIT;

static void show_json(const struct model_entry *m, const PGresult *history)
{
	static const char *const names[] = {"seq", "at", "role", "changed_by", "status", "reason", "hash"};
	struct json_writer *w = json_writer_new(ctl_memory);
	int i, k;

	json_open_object(w, NULL);
	json_put_raw(w, "model", m->document, strlen(m->document));
	json_open_array(w, "history");
	for (i = 0; i < PQntuples(history); i++) {
		json_open_object(w, NULL);
		json_put_raw(w, names[0], PQgetvalue(history, i, 0), strlen(PQgetvalue(history, i, 0)));
		for (k = 1; k < 7; k++)
			json_put_text(w, names[k],
				      PQgetisnull(history, i, k) ? NULL : PQgetvalue(history, i, k));
		json_close(w);
	}
	json_close(w);
	json_close(w);
	puts(json_text(w, NULL));
}

/* Members of the row's document, one a line; then the changes. */
static void show_text(const struct model_entry *m, const PGresult *history)
{
	const char *error = NULL;
	const struct json *document = json_parse(ctl_memory, m->document, strlen(m->document), &error), *v;
	struct json_writer *w = json_writer_new(ctl_memory);
	int i;

	for (v = document ? document->first : NULL; v; v = v->next) {
		json_writer_reset(w);
		json_put_value(w, NULL, v);
		printf("%-20s %s\n", v->name, v->kind == JSON_TEXT ? v->text : json_text(w, NULL));
	}
	for (i = 0; i < PQntuples(history); i++)
		printf("change %-13s %s %s by %s%s%s\n", PQgetvalue(history, i, 0), PQgetvalue(history, i, 1),
		       PQgetvalue(history, i, 4), PQgetvalue(history, i, 3),
		       PQgetisnull(history, i, 5) ? "" : ": ", PQgetvalue(history, i, 5));
}

int models_show(int argc, char **argv)
{
	struct models_options o;
	const struct model_entry *m;
	const char *error = NULL;
	PGresult *history;
	struct pg *pg;
	int rc;

	if ((rc = models_parse(&o, argc, argv, help, "dj", 1, 1)) != OPTIONS_READ)
		return rc;
	if (!(pg = database_open(argv[0], &o.where)))
		return CTL_AWAY;
	if (!(m = models_entry(pg, o.words[0], &error)))
		return models_failed(&o, "%s", error);
	if (!(history = pg_query(pg, SQL_CTL_MODEL_HISTORY, 1, &m->id)))
		return models_failed(&o, "%s", pg_error(pg));
	if (o.json)
		show_json(m, history);
	else
		show_text(m, history);
	return CTL_DONE;
}
