/*
 * model_keys.c - the folder of public keys, and what is revoked: the readers' half (see model_keys.h)
 */
#include "common/learn/model_keys.h"

#include <dirent.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <talloc.h>

#include "common/learn/model_keys_pem.h"

struct trusted {
	EVP_PKEY *key;
	uint8_t id[MODEL_KEY_ID];
};

struct model_keys {
	struct trusted *trusted;
	uint8_t (*revoked_keys)[MODEL_KEY_ID];
	uint8_t (*revoked_models)[MODEL_HASH];
	size_t trusted_count, revoked_key_count, revoked_model_count;
};

static int keys_free(struct model_keys *k)
{
	while (k->trusted_count > 0)
		EVP_PKEY_free(k->trusted[--k->trusted_count].key);
	return 0;
}

static bool key_add(struct model_keys *k, const void *parent, const char *path, const char **error)
{
	struct trusted t = {.key = model_key_read(parent, path, false, error)};

	if (!t.key)
		return false;
	if (!model_key_id(t.key, t.id)) {
		*error = talloc_asprintf(parent, "%s: its key has no raw form", path);
		EVP_PKEY_free(t.key);
		return false;
	}
	k->trusted = talloc_realloc(k, k->trusted, struct trusted, k->trusted_count + 1);
	k->trusted[k->trusted_count++] = t;
	return true;
}

/* "key <id>" or "model <hash>", then whatever the operator wants to remember. */
static bool revoked_line(struct model_keys *k, char *line)
{
	char *rest, *what = strtok_r(line, " \t\r\n", &rest);
	const char *name = what ? strtok_r(NULL, " \t\r\n", &rest) : NULL;

	if (!what || *what == '#')
		return true;
	if (name && strcmp(what, "key") == 0) {
		k->revoked_keys = talloc_realloc_size(k, k->revoked_keys,
						      (k->revoked_key_count + 1) * sizeof(*k->revoked_keys));
		return hex_bytes(name, MODEL_KEY_ID, k->revoked_keys[k->revoked_key_count++]);
	}
	if (name && strcmp(what, "model") == 0) {
		k->revoked_models = talloc_realloc_size(
			k, k->revoked_models, (k->revoked_model_count + 1) * sizeof(*k->revoked_models));
		return hex_bytes(name, MODEL_HASH, k->revoked_models[k->revoked_model_count++]);
	}
	return false;
}

/* A line that cannot be understood may be the one that matters: then nothing is trusted. */
static bool revoked_read(struct model_keys *k, const void *parent, const char *path, const char **error)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	int number = 0;
	bool good = true;

	if (!f && errno == ENOENT)
		return true;
	if (!f) {
		*error = talloc_asprintf(parent, "%s: %s", path, strerror(errno));
		return false;
	}
	while (good && getline(&line, &room, f) >= 0) {
		number++;
		good = revoked_line(k, line);
	}
	if (good && ferror(f))
		good = false;
	if (!good)
		*error = talloc_asprintf(parent,
					 "%s:%d: is neither 'key <id> [reason]' nor 'model <hash> [reason]'",
					 path, number);
	free(line);
	fclose(f);
	return good;
}

static bool folder_read(struct model_keys *k, const void *parent, const char *folder, DIR *d,
			const char **error)
{
	const struct dirent *e;
	struct stat st;

	if (fstat(dirfd(d), &st) < 0 || st.st_mode & 022) {
		*error = talloc_asprintf(parent, "%s: a folder of keys that others may write to", folder);
		return false;
	}
	while ((e = readdir(d))) {
		size_t length = strlen(e->d_name);

		if (length > 4 && strcmp(e->d_name + length - 4, ".pem") == 0 &&
		    !key_add(k, parent, talloc_asprintf(parent, "%s/%s", folder, e->d_name), error))
			return false;
	}
	return revoked_read(k, parent, talloc_asprintf(parent, "%s/revoked", folder), error);
}

struct model_keys *model_keys_load(const void *parent, const char *folder, const char **error)
{
	struct model_keys *k;
	DIR *d = opendir(folder);
	bool good;

	if (!d) {
		*error = talloc_asprintf(parent, "%s: %s", folder, strerror(errno));
		return NULL;
	}
	k = talloc_zero(parent, struct model_keys);
	talloc_set_destructor(k, keys_free);
	good = folder_read(k, parent, folder, d, error);
	closedir(d);
	if (good)
		return k;
	talloc_free(k);
	return NULL;
}

size_t model_keys_count(const struct model_keys *k)
{
	return k->trusted_count;
}

static EVP_PKEY *key_find(const struct model_keys *k, const uint8_t *id)
{
	size_t i;

	for (i = 0; i < k->trusted_count; i++)
		if (memcmp(k->trusted[i].id, id, MODEL_KEY_ID) == 0)
			return k->trusted[i].key;
	return NULL;
}

enum model_key_state model_key_state(const struct model_keys *k, const uint8_t id[MODEL_KEY_ID])
{
	size_t i;

	for (i = 0; i < k->revoked_key_count; i++)
		if (memcmp(k->revoked_keys[i], id, MODEL_KEY_ID) == 0)
			return MODEL_KEY_REVOKED;
	return key_find(k, id) ? MODEL_KEY_TRUSTED : MODEL_KEY_UNKNOWN;
}

bool model_hash_revoked(const struct model_keys *k, const uint8_t hash[MODEL_HASH])
{
	size_t i;

	for (i = 0; i < k->revoked_model_count; i++)
		if (memcmp(k->revoked_models[i], hash, MODEL_HASH) == 0)
			return true;
	return false;
}

bool model_verify(const struct model_keys *k, const uint8_t id[MODEL_KEY_ID], const char *domain,
		  const void *bytes, size_t length, const uint8_t signature[MODEL_SIGNATURE])
{
	EVP_PKEY *key = model_key_state(k, id) == MODEL_KEY_TRUSTED ? key_find(k, id) : NULL;
	size_t prefix = strlen(domain);
	EVP_MD_CTX *c;
	uint8_t *message;
	bool good;

	if (!key)
		return false;
	message = talloc_size(NULL, prefix + length);
	memcpy(message, domain, prefix);
	memcpy(message + prefix, bytes, length);
	c = EVP_MD_CTX_new();
	good = EVP_DigestVerifyInit(c, NULL, NULL, NULL, key) == 1 &&
	       EVP_DigestVerify(c, signature, MODEL_SIGNATURE, message, prefix + length) == 1;
	EVP_MD_CTX_free(c);
	ERR_clear_error();
	talloc_free(message);
	return good;
}
