/*
 * models.h - what the commands of "aectl models" share: options, keys and files, rows of the registry
 *
 * A folder of models has public/ (the keys that are trusted, and the list "revoked"), files/ (each model
 * that was taken in, <id>.aem) and, where models are signed, secret/. The registry is the table
 * ml_model_metadata. File and row are compared by hash wherever a model is touched.
 */
#ifndef AE_CTL_MODELS_H
#define AE_CTL_MODELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "common/learn/container.h"
#include "services/ctl/local.h"
#include "services/ctl/pg.h"

struct models_options {
	struct database_options where;
	const char *command, *accepts;
	const char *models; /* --models */
	const char *kind, *reason, *by;
	bool json, shadow;
	const char *const *words; /* what is left of the line */
	int word_count;
};

#define MODELS_HELP                                                                                 \
	"  --models M           the folder of models (default: $AE_MODELS, or models in the local " \
	"system's)\n"
#define MODELS_BY_HELP "  --by WHO             who does it, for the record (default: the user's name)\n"
#define MODELS_EXIT \
	"\nExit status: 0 done, 1 refused or failed, 2 wrong usage, 3 PostgreSQL cannot be reached.\n"

/*
 * models_options.c. accepts: letters of the options that the command has beside --help, j for --json,
 * m for --models, d for --dir and --postgres, k for --kind, r for --reason, b for --by, s for --shadow.
 * OPTIONS_READ: go on; else the command is over with that exit code.
 */
int models_parse(struct models_options *o, int argc, char **argv, const char *help, const char *accepts,
		 int words_least, int words_most);
/* One line on stderr (with --json, {"error": ...} on stdout too); CTL_FAILED. */
int models_failed(const struct models_options *o, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* models_store.c */
const char *models_folder(const struct models_options *o, const char *part);
const char *models_file(const struct models_options *o, const char *id);
/* NULL: said on stderr. */
struct model_keys *models_keys(const struct models_options *o);
/* Verifies a file wholly, self-test included. NULL: *error. hash (hexadecimal) may be NULL. */
struct container *models_open(const struct models_options *o, const char *path, const char *hash,
			      int64_t above, const char **error);

struct model_entry {
	const char *id, *kind, *status, *hash, *algorithm, *name, *since, *document;
	int64_t version;
};
/* Rows of a kind or of an id, NULL meaning any. NULL: *error. */
struct model_entry *models_entries(struct pg *pg, const char *kind, const char *id, size_t *count,
				   const char **error);
/* The row of an id; NULL: *error says why, also that there is none. */
struct model_entry *models_entry(struct pg *pg, const char *id, const char **error);
/* A transaction in which nobody else changes the registry. */
bool models_begin(struct pg *pg);
const char *models_commit(struct pg *pg); /* NULL: done */
/* The first column of the first row; "" if there is none. NULL: the statement failed. */
const char *models_value(struct pg *pg, int statement, int count, const char *const *values);

/* models_former.c. *id is the model that a rollback of another leads to, its file verified; NULL: none. */
const char *models_former(struct pg *pg, const struct models_options *o, const char *from, const char **id);
/* Puts it into use again. Both: NULL when done, else what is wrong. */
const char *models_restore(struct pg *pg, const struct models_options *o, const char *id);

#endif
