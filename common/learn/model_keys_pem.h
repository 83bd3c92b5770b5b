/*
 * model_keys_pem.h - Ed25519 keys in PEM files, for the two halves of model_keys.h
 */
#ifndef AE_MODEL_KEYS_PEM_H
#define AE_MODEL_KEYS_PEM_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/learn/model_keys.h"

/* NULL: *error names the file and says why, and hangs under parent. The caller frees the key. */
EVP_PKEY *model_key_read(const void *parent, const char *path, bool secret, const char **error);
bool model_key_id(const EVP_PKEY *key, uint8_t id[MODEL_KEY_ID]);

#endif
