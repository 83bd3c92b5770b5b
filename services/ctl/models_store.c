/*
 * models_store.c - keys and files of models, and rows of the registry (see models.h)
 */
#include "services/ctl/models.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>
#include "common/learn/model_score.h"
#include "services/ctl/ctl.h"

const char *models_folder(const struct models_options *o, const char *part)
{
	const char *named = getenv("AE_MODELS");

	if (o->models)
		return talloc_asprintf(ctl_memory, "%s/%s", o->models, part);
	if (!o->where.dir && named && *named)
		return talloc_asprintf(ctl_memory, "%s/%s", named, part);
	return talloc_asprintf(ctl_memory, "%s/models/%s", local_default_dir(o->where.dir), part);
}

const char *models_file(const struct models_options *o, const char *id)
{
	return talloc_asprintf(ctl_memory, "%s/%s.aem", models_folder(o, "files"), id);
}

struct model_keys *models_keys(const struct models_options *o)
{
	const char *error = NULL;
	struct model_keys *keys = model_keys_load(ctl_memory, models_folder(o, "public"), &error);

	if (!keys)
		models_failed(o, "no keys to verify with: %s", error);
	return keys;
}

struct container *models_open(const struct models_options *o, const char *path, const char *hash,
			      int64_t above, const char **error)
{
	struct container_policy policy = {.above = above, .scorer = model_scorer};
	uint8_t bytes[MODEL_HASH];

	if (hash && !hex_bytes(hash, MODEL_HASH, bytes)) {
		*error = "the registry has no hash of it";
		return NULL;
	}
	policy.file_hash = hash ? bytes : NULL;
	if (!(policy.keys = model_keys_load(ctl_memory, models_folder(o, "public"), error)))
		return NULL;
	return container_open(ctl_memory, path, &policy, error);
}

struct model_entry *models_entries(struct pg *pg, const char *kind, const char *id, size_t *count,
				   const char **error)
{
	const char *values[] = {kind, id};
	PGresult *r = pg_query(pg, SQL_CTL_LIST_MODELS, 2, values);
	struct model_entry *entries;
	int i;

	if (!r) {
		*error = pg_error(pg);
		return NULL;
	}
	*count = (size_t)PQntuples(r);
	entries = talloc_zero_array(pg, struct model_entry, *count);
	for (i = 0; i < PQntuples(r); i++)
		entries[i] = (struct model_entry){.id = PQgetvalue(r, i, 0),
						  .kind = PQgetvalue(r, i, 1),
						  .version = strtoll(PQgetvalue(r, i, 2), NULL, 10),
						  .status = PQgetvalue(r, i, 3),
						  .hash = PQgetvalue(r, i, 4),
						  .algorithm = PQgetvalue(r, i, 5),
						  .name = PQgetvalue(r, i, 6),
						  .since = PQgetvalue(r, i, 7),
						  .document = PQgetvalue(r, i, 8)};
	return entries;
}

struct model_entry *models_entry(struct pg *pg, const char *id, const char **error)
{
	size_t count = 0;
	struct model_entry *found = models_entries(pg, NULL, id, &count, error);

	if (found && count == 0)
		*error = talloc_asprintf(pg, "there is no model '%s'", id);
	return count == 1 ? found : NULL;
}

bool models_begin(struct pg *pg)
{
	return pg_run(pg, "BEGIN") && pg_query(pg, SQL_CTL_LOCK_MODELS, 0, NULL);
}

/* COMMIT of a transaction in which something failed is a rollback, and no error. */
const char *models_commit(struct pg *pg)
{
	if (PQtransactionStatus(pg->conn) != PQTRANS_INTRANS)
		return "the transaction has failed";
	return pg_run(pg, "COMMIT") ? NULL : pg_error(pg);
}

const char *models_value(struct pg *pg, int statement, int count, const char *const *values)
{
	PGresult *r = pg_query(pg, statement, count, values);

	if (!r)
		return NULL;
	return PQntuples(r) > 0 && PQnfields(r) > 0 ? PQgetvalue(r, 0, 0) : "";
}
