/*
 * guard.h - transfers to URLs that came from outside must not reach inside (SSRF)
 *
 * Three fences: the URL is judged as libcurl itself parses it; the address is judged after name
 * resolution, when the socket is opened, so that a name that changes its mind gets nowhere; and the
 * connection is judged again before the request is sent, since it may be one that was kept.
 */
#ifndef AE_NOTIFICATION_GUARD_H
#define AE_NOTIFICATION_GUARD_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum {
	GUARD_URL_MAX = 2048 /* bytes */
};

/* https, no user, ports 443 and 8443, no address of an inner network. False: *error says why (constant text).
 */
bool guard_url(const char *url, const char **error);
bool guard_url_ports(const char *url, const uint16_t *ports, size_t port_count, const char **error);

/* Why nobody may connect to this address: "loopback"; NULL if one may. */
const char *guard_address(const struct sockaddr *address, socklen_t length);

/* One guarded transfer; must live as long as the transfer does. */
struct guard {
	const char *proxy;   /* "" = none; else the egress proxy, which then judges the addresses */
	int64_t timeout;     /* microseconds, of the whole transfer; 0 = 30 s */
	int64_t bytes_max;   /* of the answer's body; 0 = 64 KiB */
	const char *refused; /* set when a fence held: why; NULL before */
};

/* Sets all of it on a handle that is otherwise ready. False: libcurl refused an option. */
bool guard_apply(CURL *curl, struct guard *g);

/* CURLOPT_OPENSOCKETFUNCTION; g is a struct guard. */
curl_socket_t guard_open_socket(void *g, curlsocktype purpose, struct curl_sockaddr *address);

#endif
