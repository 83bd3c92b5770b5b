/*
 * model_keys_make.c - making key pairs and signing with them: the trainer's half (see model_keys.h)
 */
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>
#include <sys/stat.h>
#include <talloc.h>
#include <unistd.h>

#include "common/durable.h"
#include "common/learn/model_keys.h"
#include "common/learn/model_keys_pem.h"

struct model_signer {
	EVP_PKEY *key;
	uint8_t id[MODEL_KEY_ID];
};

static bool folder_make(const void *parent, const char *path, mode_t mode, const char **error)
{
	if (mkdir(path, mode) == 0 || errno == EEXIST)
		return true;
	*error = talloc_asprintf(parent, "%s: %s", path, strerror(errno));
	return false;
}

/* The key as PEM text into a file. */
static bool key_write(const void *parent, EVP_PKEY *key, bool secret, const char *path, const char **error)
{
	BIO *text = BIO_new(BIO_s_secmem());
	char *bytes = NULL;
	long length;
	bool done = secret ? PEM_write_bio_PrivateKey(text, key, NULL, NULL, 0, NULL, NULL) == 1
			   : PEM_write_bio_PUBKEY(text, key) == 1;

	*error = "the key cannot be written as PEM";
	length = BIO_get_mem_data(text, &bytes);
	done = done && length > 0 &&
	       durable_replace(parent, path, bytes, (size_t)length, secret ? 0600 : 0644, error);
	BIO_free(text);
	return done;
}

static bool pair_write(const void *parent, EVP_PKEY *key, const char *folder, const char *id,
		       const char **error)
{
	const char *secret = talloc_asprintf(parent, "%s/secret", folder);
	const char *public = talloc_asprintf(parent, "%s/public", folder);

	return folder_make(parent, folder, 0755, error) && folder_make(parent, secret, 0700, error) &&
	       folder_make(parent, public, 0755, error) &&
	       key_write(parent, key, true, talloc_asprintf(parent, "%s/%s.pem", secret, id), error) &&
	       key_write(parent, key, false, talloc_asprintf(parent, "%s/%s.pem", public, id), error);
}

bool model_keygen(const void *parent, const char *folder, char id[MODEL_KEY_ID_TEXT], const char **error)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	uint8_t bytes[MODEL_KEY_ID];
	bool done;

	*error = "no Ed25519 key could be made";
	if (!key)
		return false;
	done = model_key_id(key, bytes) &&
	       pair_write(parent, key, folder, hex_text(bytes, MODEL_KEY_ID, id), error);
	EVP_PKEY_free(key);
	return done;
}

static int signer_free(struct model_signer *s)
{
	EVP_PKEY_free(s->key);
	return 0;
}

struct model_signer *model_signer_load(const void *parent, const char *path, const char **error)
{
	struct model_signer *s;
	struct stat st;

	if (stat(path, &st) < 0) {
		*error = talloc_asprintf(parent, "%s: %s", path, strerror(errno));
		return NULL;
	}
	if (st.st_mode & 077) {
		*error = talloc_asprintf(parent, "%s: a secret key that others may read; chmod 600 it", path);
		return NULL;
	}
	s = talloc_zero(parent, struct model_signer);
	talloc_set_destructor(s, signer_free);
	if ((s->key = model_key_read(parent, path, true, error)) && model_key_id(s->key, s->id))
		return s;
	talloc_free(s);
	return NULL;
}

const uint8_t *model_signer_id(const struct model_signer *s)
{
	return s->id;
}

bool model_sign(const struct model_signer *s, const char *domain, const void *bytes, size_t length,
		uint8_t signature[MODEL_SIGNATURE])
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	size_t prefix = strlen(domain), room = MODEL_SIGNATURE;
	uint8_t *message = talloc_size(NULL, prefix + length);
	bool done;

	memcpy(message, domain, prefix);
	memcpy(message + prefix, bytes, length);
	done = EVP_DigestSignInit(c, NULL, NULL, NULL, s->key) == 1 &&
	       EVP_DigestSign(c, signature, &room, message, prefix + length) == 1 && room == MODEL_SIGNATURE;
	talloc_free(message);
	EVP_MD_CTX_free(c);
	return done;
}
