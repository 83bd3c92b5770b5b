/*
 * model_keys.h - who may sign model files, and what is not trusted any more
 *
 * An Ed25519 pair per signer. The secret key stays with the trainer; readers have a folder of public keys,
 * any number of them, so that a new key can be trusted before the old one goes. A key is named by its id:
 * the first 16 bytes of BLAKE2b-512 over its 32 bytes, in hexadecimal. In the folder:
 *
 *   <id>.pem     a public key (SubjectPublicKeyInfo, as openssl writes it)
 *   revoked      lines "key <id> [reason]" and "model <BLAKE2b-512 of the file> [reason]"; # is a comment
 */
#ifndef AE_MODEL_KEYS_H
#define AE_MODEL_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	MODEL_KEY_ID = 16,
	MODEL_KEY_ID_TEXT = 2 * MODEL_KEY_ID + 1,
	MODEL_SIGNATURE = 64,
	MODEL_HASH = 64, /* BLAKE2b-512 */
	MODEL_HASH_TEXT = 2 * MODEL_HASH + 1
};

struct model_signer;
struct model_keys;

/* A new pair: secret/<id>.pem (mode 0600) and public/<id>.pem below the folder. id is its name. */
bool model_keygen(const void *parent, const char *folder, char id[MODEL_KEY_ID_TEXT], const char **error);

/* Reads a secret key; one that others may read is refused. NULL: *error says why and hangs under parent. */
struct model_signer *model_signer_load(const void *parent, const char *path, const char **error);
const uint8_t *model_signer_id(const struct model_signer *s);
/* Signs domain and bytes, one after the other. */
bool model_sign(const struct model_signer *s, const char *domain, const void *bytes, size_t length,
		uint8_t signature[MODEL_SIGNATURE]);

/* Reads the folder of public keys. One file that cannot be read, or is no key, and there are none: NULL. */
struct model_keys *model_keys_load(const void *parent, const char *folder, const char **error);
size_t model_keys_count(const struct model_keys *k);
enum model_key_state {
	MODEL_KEY_TRUSTED,
	MODEL_KEY_UNKNOWN,
	MODEL_KEY_REVOKED
};
enum model_key_state model_key_state(const struct model_keys *k, const uint8_t id[MODEL_KEY_ID]);
bool model_hash_revoked(const struct model_keys *k, const uint8_t hash[MODEL_HASH]);
/* Whether the trusted key of that id has signed domain and bytes. */
bool model_verify(const struct model_keys *k, const uint8_t id[MODEL_KEY_ID], const char *domain,
		  const void *bytes, size_t length, const uint8_t signature[MODEL_SIGNATURE]);

/* BLAKE2b-512, and bytes as hexadecimal and back (exactly count bytes, small letters). */
void model_hash(const void *bytes, size_t length, uint8_t hash[MODEL_HASH]);
char *hex_text(const uint8_t *bytes, size_t count, char *text); /* 2 * count + 1 */
bool hex_bytes(const char *text, size_t count, uint8_t *bytes);

#endif
