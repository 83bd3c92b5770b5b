/*
 * fcm_account.c - the service account's file, and the JWT that is exchanged for an access token
 */
#include <openssl/crypto.h>
#include <string.h>
#include <talloc.h>

#include "common/json.h"
#include "services/notification/fcm_account.h"
#include "services/notification/push_jwt.h"
#include "services/notification/secret.h"

enum {
	LIFETIME_SECONDS = 3600, /* the most that Google takes */
	MEMBER_MAX = 1024
};

static const char scope[] = "https://www.googleapis.com/auth/firebase.messaging";

/* A member of one line; NULL if it is missing or odd. */
static const char *member(const void *parent, const struct json *file, const char *name)
{
	const char *text = json_get_text(file, name, ""), *p;

	for (p = text; *p; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f)
			return NULL;
	return p > text && p - text <= MEMBER_MAX ? talloc_strdup(parent, text) : NULL;
}

/* Letters, digits and "-:.": it becomes part of a URL. */
static bool project_fine(const char *id)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_:.";

	return id[strspn(id, plain)] == '\0' && strstr(id, "..") == NULL;
}

/* Constant text, or NULL. */
static const char *fill(struct fcm_account *a, const struct json *file)
{
	const struct json *pem = json_get(file, "private_key");
	const char *fault;

	a->client_email = member(a, file, "client_email");
	a->project_id = member(a, file, "project_id");
	a->token_uri = member(a, file, "token_uri");
	a->key_id = member(a, file, "private_key_id");
	if (a->client_email == NULL)
		return "client_email is missing";
	if (a->project_id == NULL || !project_fine(a->project_id))
		return "project_id is missing, or no project id";
	if (a->token_uri == NULL)
		return "token_uri is missing";
	if (pem == NULL || pem->kind != JSON_TEXT)
		return "private_key is missing";
	a->key = push_key_read(a, pem->text, pem->length, PUSH_RS256, &fault);
	return a->key ? NULL : "private_key is no RSA key of 2048 bits or more in PEM";
}

/* The reader's copy of the key. */
static void wipe(const struct json *file)
{
	const struct json *pem = json_get(file, "private_key");

	if (pem && pem->kind == JSON_TEXT)
		OPENSSL_cleanse((char *)pem->text, pem->length);
}

struct fcm_account *fcm_account_load(const void *parent, const char *path, const char **error)
{
	void *scratch = talloc_new(NULL);
	struct fcm_account *a = NULL;
	const char *fault = NULL;
	const struct json *file;
	size_t length;
	char *text = secret_file(scratch, path, &length, &fault);

	if (text == NULL) {
		*error = talloc_strdup(parent, fault);
	} else {
		file = json_parse(scratch, text, length, &fault);
		if (file) {
			a = talloc_zero(parent, struct fcm_account);
			fault = fill(a, file);
			wipe(file);
		}
		if (fault || file == NULL) {
			*error = talloc_asprintf(parent, "%s: %s", path, fault);
			talloc_free(a);
			a = NULL;
		}
	}
	talloc_free(scratch);
	return a;
}

const char *fcm_account_assertion(const void *parent, const struct fcm_account *account, instant now)
{
	struct json_writer *w = json_writer_new(parent);
	const char *jwt;

	json_open_object(w, NULL);
	json_put_text(w, "iss", account->client_email);
	json_put_text(w, "scope", scope);
	json_put_text(w, "aud", account->token_uri);
	json_put_integer(w, "iat", now / SECOND);
	json_put_integer(w, "exp", now / SECOND + LIFETIME_SECONDS);
	json_close(w);
	jwt = push_jwt(parent, account->key, account->key_id, json_text(w, NULL));
	talloc_free(w);
	return jwt ? talloc_asprintf(parent,
				     "grant_type=urn%%3Aietf%%3Aparams%%3Aoauth%%3Agrant-type%%3Ajwt-bearer"
				     "&assertion=%s",
				     jwt)
		   : NULL;
}
