/*
 * email_settings.c - the settings of the e-mail driver, checked
 */
#include <arpa/inet.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/address.h"
#include "services/notification/email_settings.h"

#define TEXT(member)                                             \
	{                                                        \
#member, offsetof(struct email_settings, member) \
	}
static const struct {
	const char *name;
	size_t offset;
} texts[] = {
	TEXT(name),        TEXT(url),           TEXT(user),     TEXT(password),        TEXT(ca_file),
	TEXT(from),        TEXT(from_name),     TEXT(reply_to), TEXT(domain),          TEXT(bounce_domain),
	TEXT(verp_secret), TEXT(dkim_selector), TEXT(dkim_key), TEXT(dkim_selector_2), TEXT(dkim_key_2),
	TEXT(list_id),
};
#undef TEXT

enum {
	TEXTS = sizeof(texts) / sizeof(texts[0])
};

static const char **text_at(struct email_settings *s, size_t i)
{
	return (const char **)(void *)((char *)s + texts[i].offset);
}

struct email_settings *email_settings_copy(const void *parent, const struct email_settings *from)
{
	struct email_settings *s = talloc_memdup(parent, from, sizeof(*from));
	size_t i;

	for (i = 0; i < TEXTS; i++) {
		const char **text = text_at(s, i);

		*text = talloc_strdup(s, *text ? *text : "");
	}
	if (s->timeout <= 0)
		s->timeout = 60 * SECOND;
	return s;
}

/* The host of "scheme://host[:port]", under parent; NULL if the URL is not of that form. */
static const char *url_host(const void *parent, const char *url)
{
	const char *host = strstr(url, "://"), *end;
	long port;
	char *rest;
	struct in6_addr six;

	if (host == NULL)
		return NULL;
	host += 3;
	if (*host == '[') {
		end = strchr(++host, ']');
		if (end == NULL ||
		    inet_pton(AF_INET6, talloc_strndup(parent, host, (size_t)(end - host)), &six) != 1)
			return NULL;
		rest = (char *)end + 1;
	} else {
		end = host + strspn(host, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-.");
		rest = (char *)end;
	}
	if (end == host || (*rest != '\0' && *rest != ':'))
		return NULL;
	if (*rest == ':') {
		if (strspn(rest + 1, "0123456789") != strlen(rest + 1))
			return NULL;
		port = strtol(rest + 1, &rest, 10);
		if (port < 1 || port > 65535)
			return NULL;
	}
	return talloc_strndup(parent, host, (size_t)(end - host));
}

static bool is_loopback(const char *host)
{
	struct in_addr four;

	return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
	       (inet_pton(AF_INET, host, &four) == 1 && ntohl(four.s_addr) >> 24 == 127);
}

static const char *relay_fault(const void *parent, const struct email_settings *s)
{
	bool smtps = strncmp(s->url, "smtps://", 8) == 0;
	const char *host = url_host(parent, s->url);

	if (host == NULL || (!smtps && strncmp(s->url, "smtp://", 7) != 0))
		return "url: is not smtp://host:port or smtps://host:port";
	if (s->plain && smtps)
		return "plain: does not go with smtps://";
	if (s->plain && !is_loopback(host))
		return "plain: a relay without TLS must be on the loopback (localhost, 127.x.x.x, ::1)";
	if ((*s->user == '\0') != (*s->password == '\0'))
		return "password: user and password go together";
	return NULL;
}

static const char *named(const void *parent, const char *name, const char *fault)
{
	return fault ? talloc_asprintf(parent, "%s: %s", name, fault) : NULL;
}

static const char *addresses_fault(const void *parent, const struct email_settings *s)
{
	const char *fault = named(parent, "from", address_fault(parent, s->from));

	if (!fault && *s->reply_to)
		fault = named(parent, "reply_to", address_fault(parent, s->reply_to));
	if (!fault)
		fault = named(parent, "domain", address_domain_fault(parent, s->domain));
	if (!fault && *s->bounce_domain)
		fault = named(parent, "bounce_domain", address_domain_fault(parent, s->bounce_domain));
	if (!fault && *s->list_id)
		fault = named(parent, "list_id", address_domain_fault(parent, s->list_id));
	return fault;
}

const char *email_settings_fault(const void *parent, const struct email_settings *s)
{
	struct email_settings *each = (struct email_settings *)s;
	const char *fault;
	size_t i;

	for (i = 0; i < TEXTS; i++)
		if (strpbrk(*text_at(each, i), "\r\n"))
			return talloc_asprintf(parent, "%s: has a line break", texts[i].name);
	if (*s->name == '\0')
		return "name: is missing";
	if ((fault = relay_fault(parent, s)) != NULL || (fault = addresses_fault(parent, s)) != NULL)
		return fault;
	if (*s->bounce_domain && strlen(s->verp_secret) < EMAIL_SECRET_MIN)
		return "verp_secret: is shorter than 16 characters";
	if (s->unsubscribe_mail && *s->bounce_domain == '\0')
		return "unsubscribe_mail: needs bounce_domain";
	if ((*s->dkim_selector == '\0') != (*s->dkim_key == '\0'))
		return "dkim_key: dkim_selector and dkim_key go together";
	if ((*s->dkim_selector_2 == '\0') != (*s->dkim_key_2 == '\0'))
		return "dkim_key_2: dkim_selector_2 and dkim_key_2 go together";
	if (*s->dkim_key_2 && *s->dkim_key == '\0')
		return "dkim_key_2: there is no first key";
	return NULL;
}
