/*
 * auth.c - who asks, and whether they may
 *
 * A signature costs some hundred microseconds to check, so verified tokens are remembered, by
 * their hash, until they expire or the keys change. The memory is a fixed table: a newcomer
 * takes the place of whoever sits in its slot.
 */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <talloc.h>
#include <time.h>

#include "common/log.h"
#include "services/gateway/gateway.h"

enum {
	SLOTS = 4096,
	DIGEST_SIZE = 32,
	LEEWAY_SECONDS = 60
};

struct known {
	unsigned char digest[DIGEST_SIZE];
	struct principal *principal; /* NULL: empty */
	unsigned mark;
};

struct auth {
	struct token_keys *keys; /* NULL: none configured, every token is refused */
	struct timespec changed;
	EVP_MD_CTX *hash;
	EVP_MD *sha256;
	unsigned char salt[16]; /* of the marks: log lines do not tell who, not even by trying */
	struct known known[SLOTS];
};

static void forget_all(struct auth *a)
{
	size_t i;

	for (i = 0; i < SLOTS; i++)
		TALLOC_FREE(a->known[i].principal);
}

/* The new keys take over only if they can be read; the old ones go on otherwise. */
static bool keys_read(struct auth *a, const char **error)
{
	struct token_keys *keys = token_keys_load(a, gateway_settings.keys, error);
	struct stat status;

	if (stat(gateway_settings.keys, &status) == 0)
		a->changed = status.st_mtim;
	if (keys == NULL)
		return false;
	talloc_free(a->keys);
	a->keys = keys;
	forget_all(a);
	return true;
}

static int auth_free(struct auth *a)
{
	EVP_MD_CTX_free(a->hash);
	EVP_MD_free(a->sha256);
	return 0;
}

struct auth *auth_open(const void *parent, const char **error)
{
	struct auth *a = talloc_zero(parent, struct auth);

	a->hash = EVP_MD_CTX_new();
	a->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (a->hash == NULL || a->sha256 == NULL || getrandom(a->salt, sizeof(a->salt), 0) != sizeof(a->salt))
		abort();
	talloc_set_destructor(a, auth_free);
	if (gateway_settings.keys[0] == '\0')
		log_warning("no keys are set: every token will be refused");
	else if (!keys_read(a, error))
		return NULL;
	return a;
}

void auth_reload(struct auth *a)
{
	const char *error;

	if (gateway_settings.keys[0] == '\0')
		return;
	if (keys_read(a, &error))
		log_info("keys read file=%s", gateway_settings.keys);
	else
		log_error("keys not read, the old ones stay reason=\"%s\"", error);
}

void auth_watch(struct auth *a)
{
	struct stat status;

	if (gateway_settings.keys[0] == '\0' || stat(gateway_settings.keys, &status) != 0)
		return;
	if (status.st_mtim.tv_sec != a->changed.tv_sec || status.st_mtim.tv_nsec != a->changed.tv_nsec)
		auth_reload(a);
}

static void digest_make(struct auth *a, const void *salt, size_t salt_length, const char *text,
			unsigned char out[DIGEST_SIZE])
{
	if (EVP_DigestInit_ex2(a->hash, a->sha256, NULL) != 1 ||
	    EVP_DigestUpdate(a->hash, salt, salt_length) != 1 ||
	    EVP_DigestUpdate(a->hash, text, strlen(text)) != 1 || EVP_DigestFinal_ex(a->hash, out, NULL) != 1)
		abort();
}

static const struct known *token_known(struct auth *a, const char *token, const char **why)
{
	unsigned char digest[DIGEST_SIZE], mark[DIGEST_SIZE];
	struct known *k;
	uint16_t slot;
	int64_t now = (int64_t)time(NULL);

	digest_make(a, NULL, 0, token, digest);
	memcpy(&slot, digest, sizeof(slot));
	k = &a->known[slot % SLOTS];
	if (k->principal && memcmp(k->digest, digest, DIGEST_SIZE) == 0 &&
	    k->principal->expires + LEEWAY_SECONDS > now)
		return k;
	struct principal *p = token_verify(a, a->keys, token, gateway_settings.issuer,
					   gateway_settings.audience, now, why);
	if (p == NULL)
		return NULL;
	talloc_free(k->principal);
	k->principal = p;
	memcpy(k->digest, digest, DIGEST_SIZE);
	digest_make(a, a->salt, sizeof(a->salt), p->subject, mark);
	memcpy(&k->mark, mark, sizeof(k->mark));
	return k;
}

static bool refuse(struct call *call, enum error e, const char *detail)
{
	call->error = e;
	call->detail = detail;
	return false;
}

/* Reads the Authorization header into the call's subject and roles. */
static bool authenticate(struct auth *a, struct call *call)
{
	const char *header = head_get(call->head, "authorization"), *why = "no keys are configured";
	const struct known *k = NULL;

	if (header == NULL)
		return refuse(call, ERR_UNAUTHENTICATED, "no bearer token was sent");
	if (strncasecmp(header, "Bearer ", 7) != 0)
		return refuse(call, ERR_UNAUTHENTICATED, "the Authorization header is not \"Bearer TOKEN\"");
	call->token_given = true;
	header += 7 + strspn(header + 7, " ");
	if (strlen(header) > TOKEN_LENGTH_MAX)
		return refuse(call, ERR_UNAUTHENTICATED, "the token is longer than 8 KiB");
	if (a->keys)
		k = token_known(a, header, &why);
	if (k == NULL)
		return refuse(call, ERR_UNAUTHENTICATED, why);
	memcpy(call->subject, k->principal->subject, strlen(k->principal->subject) + 1);
	call->roles = k->principal->roles;
	call->subject_mark = k->mark;
	return true;
}

static const char *path_member(const struct call *call)
{
	size_t i;

	for (i = 0; i < call->value_count; i++)
		if (strcmp(call->values[i].name, "path.member_id") == 0)
			return call->values[i].value;
	return NULL;
}

/* A foreign member looks exactly like one that does not exist: nobody can try ids. */
static bool authorize(struct call *call)
{
	unsigned may = call->operation->roles;
	const char *member = path_member(call);

	if (call->roles & may & (ROLE_MEMBER | ROLE_SERVICE | ROLE_ANALYST | ROLE_ADMIN))
		return true;
	if ((may & ROLE_SELF) && (call->roles & ROLE_MEMBER)) {
		if (member && strcmp(member, call->subject) == 0)
			return true;
		return refuse(call, ERR_NOT_FOUND, "no such member");
	}
	return refuse(call, ERR_FORBIDDEN, "none of the token's roles may do this");
}

bool auth_call(struct auth *a, struct call *call)
{
	if (call->operation->roles & ROLE_ANYONE)
		return true;
	return authenticate(a, call) && authorize(call);
}
