/*
 * dkim.h - signatures of mails: rsa-sha256 (RFC 6376) and ed25519-sha256 (RFC 8463), relaxed/relaxed
 *
 * Keys are read once. From, Subject and the unsubscribe headers are oversigned: listed once more than
 * they occur, so that none can be added on the way. The same mail and time give the same signature.
 */
#ifndef AE_NOTIFICATION_DKIM_H
#define AE_NOTIFICATION_DKIM_H

#include <stdbool.h>

#include "common/clock.h"
#include "services/notification/bytes.h"

enum {
	DKIM_RSA_BITS_MIN = 2048
};

struct dkim; /* a domain and its keys */

/* A signer without keys; domain is the d= of its signatures. NULL: *error says why, under parent. */
struct dkim *dkim_new(const void *parent, const char *domain, const char **error);

/* Adds the private key of a PEM file; every mail gets a signature by each key. The selector's old record
 * stays in the DNS while mails signed by its key are on their way. False: *error says why, under d. */
bool dkim_add(struct dkim *d, const char *selector, const char *path, const char **error);

/* The DKIM-Signature fields, CRLF line ends, to be put before the mail. NULL: *error. */
struct bytes *dkim_sign(const void *parent, const struct dkim *d, const char *mail, size_t length, instant t,
			const char **error);

/* The TXT record to publish at <selector>._domainkey.<domain>; NULL if there is no such selector. */
const char *dkim_record(const void *parent, const struct dkim *d, const char *selector);

#endif
