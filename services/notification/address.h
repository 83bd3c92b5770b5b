/*
 * address.h - addr-specs of e-mail (RFC 5321 4.1.2), of which only plain ones are taken
 *
 * No quoted local parts, no comments, no address literals, no source routes: nobody's mailbox needs
 * them, and each has fooled a parser somewhere. Faults never repeat the address: they get into logs.
 */
#ifndef AE_NOTIFICATION_ADDRESS_H
#define AE_NOTIFICATION_ADDRESS_H

enum {
	ADDRESS_LOCAL_MAX = 64,
	ADDRESS_DOMAIN_MAX = 253,
	ADDRESS_MAX = 254 /* a path of 256 with its brackets */
};

/* NULL if a relay can be given this address as it is, else what is wrong with it, under parent. */
const char *address_fault(const void *parent, const char *address);

/* The same for a domain: at least two labels of letters, digits and hyphens. */
const char *address_domain_fault(const void *parent, const char *domain);

/* The address with its domain in ASCII (IDNA 2008: "bücher.example" is "xn--bcher-kva.example"), checked as
 * above. NULL: *error says why, under parent. */
const char *address_ascii(const void *parent, const char *address, const char **error);

/* A text without the address in it, under parent: it gets into logs. */
const char *address_hide(const void *parent, const char *text, const char *address);

#endif
