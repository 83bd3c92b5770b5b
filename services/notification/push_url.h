/*
 * push_url.h - URLs of push services: those of our settings, and those in subscriptions
 */
#ifndef AE_NOTIFICATION_PUSH_URL_H
#define AE_NOTIFICATION_PUSH_URL_H

#include <stdbool.h>

/*
 * A setting's URL without slashes at its end, under parent; fallback where it is "" or NULL. https, or, where
 * allow_plain, http to this machine: then *plain. NULL: *error names the setting, under parent.
 */
char *push_base_url(const void *parent, const char *name, const char *url, const char *fallback,
		    bool allow_plain, bool *plain, const char **error);

/* To an address of the loopback. */
bool push_url_loopback(const char *url);
/* The same, and http://. */
bool push_url_local(const char *url);

/* "https://host" or "https://host:port" of a URL (RFC 6454), under parent; NULL if it cannot be read. */
char *push_url_origin(const void *parent, const char *url);

#endif
