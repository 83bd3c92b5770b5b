/*
 * address.c - what an e-mail address may be
 */
#include <idn2.h>
#include <stdbool.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/address.h"

/* ASCII's own, whatever the locale says. */
static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* RFC 5322's atext. */
static bool is_atext(char c)
{
	return is_alnum(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static const char *bad_byte(const void *parent, const char *where, char c)
{
	if (c & 0x80)
		return talloc_asprintf(parent, "%s is not ASCII", where);
	return talloc_asprintf(parent, "%s has the character 0x%02x", where, (unsigned char)c);
}

/* A dot-atom of 1 to 64 characters. */
static const char *local_fault(const void *parent, const char *local, size_t length)
{
	size_t i;

	if (length == 0)
		return "the local part is empty";
	for (i = 0; i < length; i++)
		if (local[i] & 0x80)
			return "the local part is not ASCII: that needs SMTPUTF8, which is not offered";
	if (length > ADDRESS_LOCAL_MAX)
		return "the local part is longer than 64 characters";
	for (i = 0; i < length; i++) {
		if (local[i] == '"')
			return "the local part is quoted, which is not taken";
		if (local[i] == '.' && (i == 0 || i + 1 == length || local[i - 1] == '.'))
			return "the local part has a dot at its edge, or two together";
		if (local[i] != '.' && !is_atext(local[i]))
			return bad_byte(parent, "the local part", local[i]);
	}
	return NULL;
}

/* One label of a domain name: letters, digits, hyphens inside. */
static const char *label_fault(const void *parent, const char *label, size_t length)
{
	size_t i;

	if (length == 0)
		return "the domain has an empty label";
	if (length > 63)
		return "the domain has a label of more than 63 characters";
	if (label[0] == '-' || label[length - 1] == '-')
		return "the domain has a label with a hyphen at its edge";
	for (i = 0; i < length; i++)
		if (!is_alnum(label[i]) && label[i] != '-')
			return bad_byte(parent, "the domain", label[i]);
	return NULL;
}

const char *address_domain_fault(const void *parent, const char *domain)
{
	const char *fault, *dot, *label = domain;

	if (*domain == '\0')
		return "the domain is empty";
	if (*domain == '[')
		return "the domain is an address literal, which is not taken";
	if (strlen(domain) > ADDRESS_DOMAIN_MAX)
		return "the domain is longer than 253 characters";
	while ((dot = strchr(label, '.')) != NULL) {
		if ((fault = label_fault(parent, label, (size_t)(dot - label))) != NULL)
			return fault;
		label = dot + 1;
	}
	if ((fault = label_fault(parent, label, strlen(label))) != NULL)
		return fault;
	if (label == domain)
		return "the domain has one label only";
	if (strspn(label, "0123456789") == strlen(label))
		return "the domain ends in a number";
	return NULL;
}

const char *address_fault(const void *parent, const char *address)
{
	const char *at = strrchr(address, '@');
	const char *fault;

	if (at == NULL)
		return "there is no @";
	if ((fault = local_fault(parent, address, (size_t)(at - address))) != NULL)
		return fault;
	if ((fault = address_domain_fault(parent, at + 1)) != NULL)
		return fault;
	return strlen(address) > ADDRESS_MAX ? "the address is longer than 254 characters" : NULL;
}

/* The ASCII form of a domain, under parent. libidn2 drops what STD3 forbids, so that it is looked for first.
 */
static const char *domain_ascii(const void *parent, const char *domain, const char **error)
{
	const char *c, *ascii;
	uint8_t *out = NULL;
	int status;

	for (c = domain; *c; c++)
		if (!(*c & 0x80) && !is_alnum(*c) && *c != '-' && *c != '.') {
			*error = bad_byte(parent, "the domain", *c);
			return NULL;
		}
	status = idn2_lookup_u8((const uint8_t *)domain, &out,
				IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL | IDN2_USE_STD3_ASCII_RULES);
	if (status != IDN2_OK) {
		*error = talloc_asprintf(parent, "the domain: %s", idn2_strerror(status));
		return NULL;
	}
	ascii = talloc_strdup(parent, (char *)out);
	idn2_free(out);
	return ascii;
}

const char *address_ascii(const void *parent, const char *address, const char **error)
{
	const char *at = strrchr(address, '@'), *c, *domain;
	bool foreign = false;

	for (c = at; c && *c; c++)
		foreign = foreign || (*c & 0x80) != 0;
	if (foreign) {
		if ((domain = domain_ascii(parent, at + 1, error)) == NULL)
			return NULL;
		address = talloc_asprintf(parent, "%.*s@%s", (int)(at - address), address, domain);
	}
	*error = address_fault(parent, address);
	return *error == NULL ? address : NULL;
}

const char *address_hide(const void *parent, const char *text, const char *address)
{
	size_t n = strlen(address);
	const char *found;
	char *out = talloc_strdup(parent, "");

	while (n > 0 && (found = strcasestr(text, address)) != NULL) {
		out = talloc_asprintf(parent, "%s%.*s(recipient)", out, (int)(found - text), text);
		text = found + n;
	}
	return talloc_asprintf(parent, "%s%s", out, text);
}
