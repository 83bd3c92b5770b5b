/*
 * container.h - a model in one file: what it is, its numbers, and who vouches for it
 *
 * A file is a fixed preamble, a header in canonical JSON, a table of sections with the hash of each, an
 * Ed25519 signature over all of that, and the sections, each at a multiple of 64 bytes, little-endian.
 * Byte by byte: docs/model-files.md.
 *
 * Reading copies the file into memory that nobody can write to any more and judges that copy, so what was
 * judged is what is used. Nothing of it is believed before the signature is good; each refusal says what is
 * wrong and where.
 */
#ifndef AE_CONTAINER_H
#define AE_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/learn/model_keys.h"

struct json;

enum {
	CONTAINER_SECTIONS_MAX = 64,
	CONTAINER_NAME = 40 /* of a section, with its NUL */
};

enum container_kind {
	CONTAINER_BYTES = 1, /* opaque, a foreign format */
	CONTAINER_FLOAT,     /* all of these are finite */
	CONTAINER_DOUBLE,
	CONTAINER_INT32,
	CONTAINER_INT64
};

struct container_section {
	const char *name; /* a-z 0-9 _ . - */
	enum container_kind kind;
	uint32_t width; /* values of a row */
	const void *data;
	size_t length; /* in bytes: a whole number of rows */
};

/* The sections of the self-test: rows for the scorer, and the score that each of them must get. */
#define CONTAINER_TEST_ROWS   "selftest.rows"
#define CONTAINER_TEST_SCORES "selftest.scores"

struct container_header {
	const char *name;      /* for people */
	const char *kind;      /* what it is for: one model of a kind is in use at a time */
	const char *algorithm; /* how it is computed: model_score.h */
	int64_t version;       /* from 1, grows within a kind */
	const char *created;   /* RFC 3339 */
	int64_t seed;
	const char *const *features;
	size_t feature_count;
	const char *feature_schema;              /* BLAKE2b-512 over the features as canonical JSON; made */
	const char *training_from, *training_to; /* RFC 3339; NULL: not known */
	const char *data_hash, *parent;          /* NULL: not known, none */
	const char *metrics, *baseline;          /* JSON objects; NULL: {}, none */
	const char *libraries, *parameters;      /* JSON objects; NULL: {} */
	double tolerance;                        /* of the self-test, relative to 1 + |expected| */
	const char *key_id;                      /* made */
	const struct json *document;             /* the whole header, when it was read */
};

/* --- writing --------------------------------------------------------------------------------------- */

/*
 * Signs a model and puts it where path says, wholly or not at all. The self-test's sections are among the
 * sections. hash, if not NULL, gets the BLAKE2b-512 of the file. False: *error names what cannot be written.
 */
bool container_write(const void *parent, const char *path, const struct container_header *header,
		     const struct container_section *sections, size_t count,
		     const struct model_signer *signer, uint8_t *hash, const char **error);
/* The same into memory. NULL: *error. */
uint8_t *container_encode(const void *parent, const struct container_header *header,
			  const struct container_section *sections, size_t count,
			  const struct model_signer *signer, size_t *length, const char **error);

/* --- reading --------------------------------------------------------------------------------------- */

struct container {
	const uint8_t *bytes; /* the whole file, read-only */
	size_t length;
	struct container_header header;
	struct container_section *sections; /* data points into bytes */
	size_t section_count;
	uint8_t hash[MODEL_HASH];
	const uint8_t *signature;
};

/* Scores count rows of width values. False: *error says why, and hangs under parent. */
typedef bool container_score(const void *parent, const struct container *c, const double *rows, size_t count,
			     size_t width, double *scores, const char **error);

struct container_policy {
	const struct model_keys *keys;
	const uint8_t *file_hash; /* what the registry says; NULL: it does not know the file yet */
	const char *kind;         /* NULL: any */
	int64_t above;            /* versions up to this one are refused; 0: none is */
	/* The scorer of an algorithm, NULL if there is none: then the model is refused. NULL: no self-test.
	 */
	container_score *(*scorer)(const char *algorithm);
};

/* NULL: *error is "PATH: what is wrong and where". Both hang under parent; the memory ends with the struct.
 */
struct container *container_open(const void *parent, const char *path, const struct container_policy *policy,
				 const char **error);
const struct container_section *container_find(const struct container *c, const char *name);
/* A section that has to be there, of this kind and width (0: any); *rows is how many rows it has. */
const void *container_values(const void *parent, const struct container *c, const char *name,
			     enum container_kind kind, uint32_t width, size_t *rows, const char **error);

#endif
