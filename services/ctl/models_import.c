/*
 * models_import.c - aectl models import: the gate through which model files come in
 *
 * Nothing is written before the file is verified wholly. What then goes into the folder are the bytes that
 * were verified, and first the file, then its row: a row without a file cannot be, whenever this is killed.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <talloc.h>
#include "common/durable.h"
#include "common/json.h"
#include "services/ctl/ctl.h"
#include "services/ctl/models.h"

static const char help[] =
	"usage: aectl models import FILE [--by WHO] [--json]\n\n"
	"Takes a model file in as a candidate: verified wholly, its own test included, of a version above "
	"the "
	"one\n"
	"in use, and never revoked. 'aectl models promote' then puts it into use. A model of XGBoost becomes "
	"such\n"
	"a file by 'aectl models wrap'.\n\n" DATABASE_HELP MODELS_HELP MODELS_BY_HELP
	"  --json               {\"model_id\": ..., \"file\": ..., \"file_hash\": ..., \"imported\": "
	"...}\n" MODELS_EXIT;

struct importing {
	const struct models_options *o;
	struct container *c;
	const char *id, *hash, *file;
	bool there; /* taken in before */
};

static void report(const struct importing *in)
{
	struct json_writer *w = json_writer_new(ctl_memory);

	if (!in->o->json) {
		printf("%s %s\n", in->id, in->there ? "was there already" : "is a candidate");
		return;
	}
	json_open_object(w, NULL);
	json_put_text(w, "model_id", in->id);
	json_put_text(w, "file", in->file);
	json_put_text(w, "file_hash", in->hash);
	json_put_boolean(w, "imported", !in->there);
	json_close(w);
	puts(json_text(w, NULL));
}

static const char *number(const void *parent, int64_t value)
{
	return talloc_asprintf(parent, "%" PRId64, value);
}

/* Whether the registry would have it. NULL: yes. */
static const char *registry_refuses(struct pg *pg, struct importing *in)
{
	const struct container_header *h = &in->c->header;
	const char *values[] = {in->hash, h->kind, number(pg, h->version)};
	PGresult *r = pg_query(pg, SQL_CTL_KNOWN_MODEL, 3, values);

	if (!r)
		return pg_error(pg);
	in->there = !PQgetisnull(r, 0, 0);
	if (in->there)
		return strcmp(PQgetvalue(r, 0, 0), "revoked") == 0
			       ? talloc_asprintf(pg, "%s is revoked, and stays so", in->id)
			       : NULL;
	if (!PQgetisnull(r, 0, 1))
		return talloc_asprintf(pg, "%s is another file already: a version of a kind is given once",
				       in->id);
	if (!PQgetisnull(r, 0, 2) && strtoll(PQgetvalue(r, 0, 2), NULL, 10) >= h->version)
		return talloc_asprintf(pg, "it is version %" PRId64 " of '%s', not above %s, which is in use",
				       h->version, h->kind, PQgetvalue(r, 0, 2));
	return NULL;
}

static bool row_insert(struct pg *pg, const struct importing *in)
{
	const struct container_header *h = &in->c->header;
	const struct json *features = json_get(h->document, "features");
	struct json_writer *w = json_writer_new(pg);
	char *signature = talloc_array(pg, char, 2 * MODEL_SIGNATURE + 1);
	const char *values[20] = {in->id,
				  h->kind,
				  number(pg, h->version),
				  h->name,
				  h->algorithm,
				  in->hash,
				  number(pg, (int64_t)in->c->length),
				  hex_text(in->c->signature, MODEL_SIGNATURE, signature),
				  h->key_id,
				  h->metrics,
				  h->baseline,
				  NULL,
				  h->feature_schema,
				  h->training_from,
				  h->training_to,
				  h->data_hash,
				  number(pg, h->seed),
				  h->parent,
				  h->created,
				  in->o->by};

	json_put_value(w, NULL, features);
	values[11] = json_text(w, NULL);
	return pg_query(pg, SQL_CTL_INSERT_MODEL, 20, values) != NULL;
}

static bool folder_there(const char *path, const char **error)
{
	if (mkdir(path, 0755) == 0 || errno == EEXIST)
		return true;
	*error = talloc_asprintf(ctl_memory, "%s: %s", path, strerror(errno));
	return false;
}

/* Under the registry's lock. NULL: done. */
static const char *take_in(struct pg *pg, struct importing *in)
{
	const char *error;

	if (!models_begin(pg))
		return pg_error(pg);
	if ((error = registry_refuses(pg, in)))
		return error;
	if (!folder_there(models_folder(in->o, "files"), &error) ||
	    !durable_replace(pg, in->file, in->c->bytes, in->c->length, 0444, &error))
		return error;
	if (!in->there && !row_insert(pg, in))
		return pg_error(pg);
	return models_commit(pg);
}

int models_import(int argc, char **argv)
{
	char hash[MODEL_HASH_TEXT];
	struct models_options o;
	struct importing in = {.o = &o, .hash = hash};
	const char *error = NULL;
	struct pg *pg;
	int rc;

	if ((rc = models_parse(&o, argc, argv, help, "dmbj", 1, 1)) != OPTIONS_READ)
		return rc;
	if (!(in.c = models_open(&o, o.words[0], NULL, 0, &error)))
		return models_failed(&o, "%s", error);
	if (!(pg = database_open(argv[0], &o.where)))
		return CTL_AWAY;
	hex_text(in.c->hash, MODEL_HASH, hash);
	in.id = talloc_asprintf(ctl_memory, "%s-%" PRId64, in.c->header.kind, in.c->header.version);
	in.file = models_file(&o, in.id);
	if ((error = take_in(pg, &in)))
		return models_failed(&o, "%s: %s", o.words[0], error);
	report(&in);
	return CTL_DONE;
}
