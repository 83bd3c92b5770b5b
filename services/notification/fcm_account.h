/*
 * fcm_account.h - a Google service account: who we are to Google, and the request for an access token
 */
#ifndef AE_NOTIFICATION_FCM_ACCOUNT_H
#define AE_NOTIFICATION_FCM_ACCOUNT_H

#include "common/clock.h"

struct push_key;

struct fcm_account {
	const char *client_email, *project_id, *token_uri;
	const char *key_id; /* NULL: the file names none */
	struct push_key *key;
};

/* Reads the JSON file. NULL: *error names the file and the member, under parent. */
struct fcm_account *fcm_account_load(const void *parent, const char *path, const char **error);

/* The form that asks for an access token (RFC 7523, section 2.1), under parent; NULL: no signature. */
const char *fcm_account_assertion(const void *parent, const struct fcm_account *account, instant now);

#endif
