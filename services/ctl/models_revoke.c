/*
 * models_revoke.c - aectl models revoke: a model is never used again
 */
#include <stdio.h>
#include <string.h>
#include <talloc.h>
#include "common/durable.h"
#include "common/json.h"
#include "services/ctl/ctl.h"
#include "services/ctl/models.h"

static const char help[] =
	"usage: aectl models revoke ID --reason TEXT [--by WHO] [--json]\n\n"
	"A model is never used again: not promoted, not rolled back to, not imported anew. If it is in use, "
	"the "
	"one\n"
	"that it replaced comes back, if there is one. Its hash goes into the list of revoked models beside "
	"the keys.\n\n" DATABASE_HELP MODELS_HELP MODELS_BY_HELP
	"  --reason TEXT        why, for the record\n"
	"  --json               {\"revoked\": ..., \"champion\": ...}\n" MODELS_EXIT;

static void report(const struct models_options *o, const char *gone, const char *champion)
{
	struct json_writer *w = json_writer_new(ctl_memory);

	if (!o->json) {
		printf("%s is revoked%s%s\n", gone, champion ? "; in use is " : "", champion ? champion : "");
		return;
	}
	json_open_object(w, NULL);
	json_put_text(w, "revoked", gone);
	json_put_text(w, "champion", champion);
	json_close(w);
	puts(json_text(w, NULL));
}

/* One more line in the list beside the keys: it also counts where there is no registry. */
static bool revoked_add(const struct models_options *o, const struct model_entry *m, const char **error)
{
	const char *path = models_folder(o, "public/revoked");
	char *line = talloc_asprintf(ctl_memory, "model %s %s: %s\n", m->hash, m->id, o->reason);
	char *text = talloc_strdup(ctl_memory, ""), buffer[4096], *c;
	FILE *f = fopen(path, "re");
	size_t n;

	for (c = line; c[1]; c++)
		if (*c == '\n' || *c == '\r')
			*c = ' ';
	while (f && (n = fread(buffer, 1, sizeof(buffer), f)) > 0)
		text = talloc_strndup_append(text, buffer, n);
	if (f)
		fclose(f);
	text = talloc_asprintf_append(text, "%s%s", *text && text[strlen(text) - 1] != '\n' ? "\n" : "",
				      line);
	return durable_replace(ctl_memory, path, text, strlen(text), 0644, error);
}

/* Already revoked is revoked. */
static const char *model_revoke(struct pg *pg, const struct models_options *o, const struct model_entry *m,
				const char **champion)
{
	const char *values[] = {m->id, o->by, o->reason}, *error = NULL;
	bool in_use = strcmp(m->status, "champion") == 0;

	if (strcmp(m->status, "revoked") == 0)
		return NULL;
	if (!revoked_add(o, m, &error))
		return error;
	if (!models_value(pg, SQL_CTL_REVOKE_MODEL, 3, values))
		return pg_error(pg);
	/* A former one that is not good either must not keep this one in use. */
	if (in_use && models_former(pg, o, m->id, champion))
		*champion = NULL;
	if (*champion && (error = models_restore(pg, o, *champion)))
		return error;
	return models_commit(pg);
}

int models_revoke(int argc, char **argv)
{
	struct models_options o;
	const char *error = NULL, *champion = NULL;
	struct model_entry *m;
	struct pg *pg;
	int rc;

	if ((rc = models_parse(&o, argc, argv, help, "dmrbj", 1, 1)) != OPTIONS_READ)
		return rc;
	if (!o.reason || !*o.reason)
		return usage_wrong(argv[0], "--reason is missing");
	if (!(pg = database_open(argv[0], &o.where)))
		return CTL_AWAY;
	if (!models_begin(pg))
		return models_failed(&o, "%s", pg_error(pg));
	if (!(m = models_entry(pg, o.words[0], &error)) || (error = model_revoke(pg, &o, m, &champion)))
		return models_failed(&o, "%s", error);
	report(&o, m->id, champion);
	return CTL_DONE;
}
