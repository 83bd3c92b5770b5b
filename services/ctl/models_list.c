/*
 * models_list.c - aectl models list: what the registry says
 */
#include <stdio.h>
#include <string.h>
#include <talloc.h>
#include "common/json.h"
#include "services/ctl/ctl.h"
#include "services/ctl/models.h"

static const char help[] = "usage: aectl models list [--kind K] [--json]\n\n"
			   "The models of the registry, by kind, newest version first.\n\n" DATABASE_HELP
			   "  --kind K             of this kind only\n"
			   "  --json               {\"models\": [...]}\n" MODELS_EXIT;

static void list_json(const struct model_entry *entries, size_t count)
{
	struct json_writer *w = json_writer_new(ctl_memory);
	size_t i;

	json_open_object(w, NULL);
	json_open_array(w, "models");
	for (i = 0; i < count; i++)
		json_put_raw(w, NULL, entries[i].document, strlen(entries[i].document));
	json_close(w);
	json_close(w);
	puts(json_text(w, NULL));
}

static void list_text(const struct model_entry *entries, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		printf("%-20s %-9s %-12s %s  %s\n", entries[i].id, entries[i].status, entries[i].algorithm,
		       entries[i].since, entries[i].name);
	if (count == 0)
		puts("no models");
}

int models_list(int argc, char **argv)
{
	struct models_options o;
	struct model_entry *entries;
	const char *error;
	size_t count = 0;
	struct pg *pg;
	int rc;

	if ((rc = models_parse(&o, argc, argv, help, "dkj", 0, 0)) != OPTIONS_READ)
		return rc;
	if (!(pg = database_open(argv[0], &o.where)))
		return CTL_AWAY;
	if (!(entries = models_entries(pg, o.kind, NULL, &count, &error)))
		return models_failed(&o, "%s", error);
	if (o.json)
		list_json(entries, count);
	else
		list_text(entries, count);
	return CTL_DONE;
}
