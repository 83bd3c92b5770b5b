/*
 * verp.h - addresses that say which notification they are about, and prove it
 *
 * The envelope sender of a mail is b+<token>@bounce.domain, and the address to unsubscribe by mail is
 * unsubscribe+<token>@bounce.domain. The token is the notification's ULID (16 bytes) and the first 80
 * bits of an HMAC-SHA256 over purpose and ULID, in lower-case base32 (RFC 4648): 42 characters that
 * survive relays which change the case of a local part.
 */
#ifndef AE_NOTIFICATION_VERP_H
#define AE_NOTIFICATION_VERP_H

#include <stdbool.h>

enum verp_purpose {
	VERP_BOUNCE,
	VERP_UNSUBSCRIBE,
	VERP_PURPOSE_COUNT
};

/* NULL if the id is not a ULID in its canonical, upper-case spelling. */
const char *verp_make(const void *parent, enum verp_purpose purpose, const char *notification_id,
		      const char *secret, const char *domain);
/* Whether the address has the shape of one of ours, whatever its token is worth. */
bool verp_shaped(const char *address, const char *domain);
/* The notification's id. NULL: not an address of ours, or its token is not by this secret. */
const char *verp_read(const void *parent, const char *address, const char *secret, const char *domain,
		      enum verp_purpose *purpose);

#endif
