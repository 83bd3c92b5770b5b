/*
 * vapid.c - a token per push service, kept for most of its life: they are few, and signing costs more than
 * all else about a message
 */
#include <string.h>
#include <talloc.h>

#include "common/json.h"
#include "services/notification/base64url.h"
#include "services/notification/push_jwt.h"
#include "services/notification/vapid.h"
#include "services/notification/secret.h"

enum {
	ORIGINS_MAX = 32, /* of browsers there are four or five; the rest is somebody's own */
	LIFETIME_SECONDS = 12 * 3600,
	KEPT_SECONDS = 11 * 3600,
	CLOCK_SECONDS = 60 /* by so much a clock may be set back without a new token */
};

struct kept {
	char *origin; /* NULL: free */
	char *token;  /* wiped when freed */
	instant made;
};

struct vapid {
	struct push_key *key;
	const char *subject, *public;
	struct kept kept[ORIGINS_MAX];
	size_t next; /* to be given up when all are taken */
};

/* Push services write to the subject when something is amiss: an address or a page. */
static bool subject_fine(const char *text)
{
	const char *p;

	for (p = text; *p; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f)
			return false;
	return p - text <= 320 && ((strncmp(text, "mailto:", 7) == 0 && strchr(text, '@')) ||
				   (strncmp(text, "https://", 8) == 0 && text[8]));
}

struct vapid *vapid_new(const void *parent, const char *key_file, const char *subject, const char **error)
{
	struct vapid *v;
	unsigned char point[PUSH_PUBLIC_BYTES];

	if (subject == NULL || !subject_fine(subject)) {
		*error = talloc_asprintf(parent, "subject: \"%s\" is neither mailto: nor https://",
					 subject ? subject : "");
		return NULL;
	}
	v = talloc_zero(parent, struct vapid);
	v->subject = talloc_strdup(v, subject);
	v->key = push_key_load(v, key_file, PUSH_ES256, error);
	if (v->key && push_key_public(v->key, point)) {
		v->public = base64url_encode(v, point, sizeof(point));
		return v;
	}
	*error = v->key ? talloc_asprintf(parent, "%s: has no public half", key_file)
			: talloc_strdup(parent, *error);
	talloc_free(v);
	return NULL;
}

const char *vapid_public(const struct vapid *v)
{
	return v->public;
}

static struct kept *find(struct vapid *v, const char *origin)
{
	size_t i;

	for (i = 0; i < ORIGINS_MAX; i++)
		if (v->kept[i].origin && strcmp(v->kept[i].origin, origin) == 0)
			return &v->kept[i];
	return NULL;
}

void vapid_forget(struct vapid *v, const char *origin)
{
	struct kept *k = find(v, origin);

	if (k == NULL)
		return;
	talloc_free(k->origin);
	talloc_free(k->token);
	*k = (struct kept){0};
}

static const char *sign(const void *parent, const struct vapid *v, const char *origin, instant now)
{
	struct json_writer *w = json_writer_new(parent);
	const char *token;

	json_open_object(w, NULL);
	json_put_text(w, "aud", origin);
	json_put_integer(w, "exp", now / SECOND + LIFETIME_SECONDS);
	json_put_text(w, "sub", v->subject);
	json_close(w);
	token = push_jwt(parent, v->key, NULL, json_text(w, NULL));
	talloc_free(w);
	return token;
}

static void keep(struct vapid *v, const char *origin, const char *token, instant now)
{
	struct kept *k = &v->kept[v->next++ % ORIGINS_MAX];

	if (k->origin)
		vapid_forget(v, k->origin);
	k->origin = talloc_strdup(v, origin);
	k->token = secret_copy(v, token, strlen(token));
	k->made = now;
}

const char *vapid_authorization(const void *parent, struct vapid *v, const char *origin, instant now)
{
	struct kept *k = find(v, origin);
	const char *token;

	if (k && now < k->made + KEPT_SECONDS * SECOND && now > k->made - CLOCK_SECONDS * SECOND) {
		token = k->token;
	} else {
		vapid_forget(v, origin);
		token = sign(parent, v, origin, now);
		if (token == NULL)
			return NULL;
		keep(v, origin, token, now);
	}
	return talloc_asprintf(parent, "vapid t=%s, k=%s", token, v->public);
}
