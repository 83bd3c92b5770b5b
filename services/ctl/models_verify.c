/*
 * models_verify.c - aectl models verify: whether files and registry are what they were
 *
 * A file by itself; or a model of the registry, whose file must have the hash of its row; or, without an
 * argument, all of them, and the chain of changes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>
#include <unistd.h>
#include "common/json.h"
#include "services/ctl/ctl.h"
#include "services/ctl/models.h"

static const char help[] =
	"usage: aectl models verify [FILE|ID] [--json]\n\n"
	"Verifies a model wholly: signature of a trusted key, hashes, shapes, finite numbers, and its own "
	"test.\n"
	"FILE is a path (with a / or ending in .aem); ID a model of the registry, whose file must be the one "
	"that\n"
	"the registry knows. Without either: every model of the registry that is not revoked, and whether "
	"the\n"
	"registry itself was edited behind its history.\n\n" DATABASE_HELP MODELS_HELP
	"  --json               {\"good\": ..., \"models\": [...], \"registry\": ..., \"head\": ...}\n"
	"\nExit status: 0 all is good, 1 something is not, 2 wrong usage, 3 PostgreSQL cannot be reached.\n";

struct verifying {
	const struct models_options *o;
	struct json_writer *w;
	bool good;
};

/* One line, or one object of "models". */
static void verified(struct verifying *v, const char *what, const struct container *c, const char *error)
{
	v->good = v->good && c;
	if (!v->o->json && c)
		printf("%s: good: version %" PRId64 " of '%s', %s, signed with %s\n", what, c->header.version,
		       c->header.kind, c->header.algorithm, c->header.key_id);
	else if (!v->o->json)
		printf("%s: REFUSED: %s\n", what, error);
	json_open_object(v->w, NULL);
	json_put_text(v->w, "model", what);
	json_put_boolean(v->w, "good", c != NULL);
	json_put_text(v->w, "fault", c ? NULL : error);
	if (c)
		json_put_value(v->w, "header", c->header.document);
	json_close(v->w);
}

static void verify_file(struct verifying *v, const char *path)
{
	const char *error = NULL;
	struct container *c = models_open(v->o, path, NULL, 0, &error);

	verified(v, path, c, error);
}

static void verify_entry(struct verifying *v, const struct model_entry *m)
{
	const char *error = "is revoked";
	struct container *c = NULL;

	if (strcmp(m->status, "revoked") != 0)
		c = models_open(v->o, models_file(v->o, m->id), m->hash, 0, &error);
	verified(v, m->id, c, error);
	talloc_free(c);
}

/* What is wrong with the registry itself. */
static bool verify_chain(struct verifying *v, struct pg *pg)
{
	PGresult *r = pg_query(pg, SQL_CTL_MODEL_FAULTS, 0, NULL);
	int i;

	if (!r)
		return false;
	json_open_array(v->w, "registry");
	for (i = 0; i < PQntuples(r) && !PQgetisnull(r, i, 0); i++) {
		v->good = false;
		json_put_text(v->w, NULL,
			      talloc_asprintf(pg, "%s: %s", PQgetvalue(r, i, 0), PQgetvalue(r, i, 1)));
		if (!v->o->json)
			printf("registry: %s: %s\n", PQgetvalue(r, i, 0), PQgetvalue(r, i, 1));
	}
	json_close(v->w);
	json_put_text(v->w, "head", PQgetisnull(r, 0, 2) ? NULL : PQgetvalue(r, 0, 2));
	if (!v->o->json && i == 0)
		printf("registry: good, last change %s\n",
		       PQgetisnull(r, 0, 2) ? "none" : PQgetvalue(r, 0, 2));
	return true;
}

static int verify_registry(struct verifying *v, struct pg *pg, const char *id)
{
	const char *error = NULL;
	struct model_entry *entries;
	size_t count = 0, i;

	if (!(entries = models_entries(pg, NULL, id, &count, &error)))
		return models_failed(v->o, "%s", error);
	if (id && count == 0)
		return models_failed(v->o, "there is no model '%s'", id);
	for (i = 0; i < count; i++)
		if (id || strcmp(entries[i].status, "revoked") != 0)
			verify_entry(v, &entries[i]);
	json_close(v->w);
	if (!verify_chain(v, pg))
		return models_failed(v->o, "%s", pg_error(pg));
	return CTL_DONE;
}

static bool is_path(const char *word)
{
	size_t length = strlen(word);

	return strchr(word, '/') || (length > 4 && strcmp(word + length - 4, ".aem") == 0);
}

int models_verify(int argc, char **argv)
{
	struct models_options o;
	struct verifying v = {&o, json_writer_new(ctl_memory), true};
	struct pg *pg;
	int rc;

	if ((rc = models_parse(&o, argc, argv, help, "dmj", 0, 1)) != OPTIONS_READ)
		return rc;
	if (!models_keys(&o))
		return CTL_FAILED;
	json_open_object(v.w, NULL);
	json_open_array(v.w, "models");
	if (o.word_count == 1 && is_path(o.words[0])) {
		verify_file(&v, o.words[0]);
		json_close(v.w);
	} else {
		if (!(pg = database_open(argv[0], &o.where)))
			return CTL_AWAY;
		if ((rc = verify_registry(&v, pg, o.word_count ? o.words[0] : NULL)) != CTL_DONE)
			return rc;
	}
	json_put_boolean(v.w, "good", v.good);
	json_close(v.w);
	if (o.json)
		puts(json_text(v.w, NULL));
	return v.good ? CTL_DONE : CTL_FAILED;
}
