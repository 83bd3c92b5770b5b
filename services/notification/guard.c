/*
 * guard.c - which URLs and addresses a transfer on somebody else's behalf may reach
 *
 * The tables are the IANA special-purpose registries (RFC 6890 and its successors): all that is not globally
 * reachable, tunnels that could lead back inside, and addresses at which clouds answer with secrets.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include <stdlib.h>

#include "services/notification/guard.h"

enum {
	TIMEOUT_MILLISECONDS = 30000,
	CONNECT_MILLISECONDS = 10000,
	BYTES_MAX = 65536
};

struct range {
	const char *first;
	unsigned bits;
	const char *what;
};

static const struct range ranges4[] = {
	{"0.0.0.0", 8, "unspecified"},
	{"10.0.0.0", 8, "private"},
	{"100.64.0.0", 10, "shared by a carrier's NAT"},
	{"127.0.0.0", 8, "loopback"},
	{"168.63.129.16", 32, "cloud metadata"},
	{"169.254.0.0", 16, "link-local"},
	{"172.16.0.0", 12, "private"},
	{"192.0.0.0", 24, "protocol assignments"},
	{"192.0.2.0", 24, "documentation"},
	{"192.31.196.0", 24, "AS112"},
	{"192.52.193.0", 24, "AMT"},
	{"192.88.99.0", 24, "6to4 relay"},
	{"192.168.0.0", 16, "private"},
	{"192.175.48.0", 24, "AS112"},
	{"198.18.0.0", 15, "benchmarking"},
	{"198.51.100.0", 24, "documentation"},
	{"203.0.113.0", 24, "documentation"},
	{"224.0.0.0", 4, "multicast"},
	{"240.0.0.0", 4, "reserved"},
};

/* Outside 2000::/3 only NAT64 may pass; these are inside it, or deserve a name. */
static const struct range ranges6[] = {
	{"::", 128, "unspecified"},
	{"::1", 128, "loopback"},
	{"::ffff:0:0", 96, "IPv4-mapped"},
	{"::", 96, "IPv4-compatible"},
	{"64:ff9b:1::", 48, "local NAT64"},
	{"100::", 64, "discard"},
	{"2001::", 32, "Teredo"},
	{"2001::", 23, "protocol assignments"},
	{"2001:db8::", 32, "documentation"},
	{"2002::", 16, "6to4"},
	{"2620:4f:8000::", 48, "AS112"},
	{"3fff::", 20, "documentation"},
	{"fc00::", 7, "unique local"},
	{"fe80::", 10, "link-local"},
	{"fec0::", 10, "site-local"},
	{"ff00::", 8, "multicast"},
};

static bool within(const unsigned char *address, const unsigned char *first, unsigned bits)
{
	unsigned char mask = (unsigned char)(0xff00U >> bits % 8);

	if (memcmp(address, first, bits / 8) != 0)
		return false;
	return bits % 8 == 0 || ((address[bits / 8] ^ first[bits / 8]) & mask) == 0;
}

static const char *look_up(const struct range *ranges, size_t count, int family, const unsigned char *address)
{
	unsigned char first[16];
	size_t i;

	for (i = 0; i < count; i++)
		if (inet_pton(family, ranges[i].first, first) == 1 && within(address, first, ranges[i].bits))
			return ranges[i].what;
	return NULL;
}

static const char *judge4(const unsigned char *address)
{
	return look_up(ranges4, sizeof(ranges4) / sizeof(ranges4[0]), AF_INET, address);
}

/* 64:ff9b::/96 (RFC 6052) is the IPv4 address in its last four bytes. */
static const char *judge6(const unsigned char *address)
{
	static const unsigned char nat64[12] = {0, 0x64, 0xff, 0x9b};
	const char *what = look_up(ranges6, sizeof(ranges6) / sizeof(ranges6[0]), AF_INET6, address);

	if (what)
		return what;
	if (memcmp(address, nat64, sizeof(nat64)) == 0)
		return judge4(address + sizeof(nat64));
	return (address[0] & 0xe0) == 0x20 ? NULL : "not global unicast";
}

const char *guard_address(const struct sockaddr *address, socklen_t length)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (address->sa_family == AF_INET && length >= sizeof(in)) {
		memcpy(&in, address, sizeof(in));
		return judge4((const unsigned char *)&in.sin_addr);
	}
	if (address->sa_family == AF_INET6 && length >= sizeof(in6)) {
		memcpy(&in6, address, sizeof(in6));
		return judge6((const unsigned char *)&in6.sin6_addr);
	}
	return "neither IPv4 nor IPv6";
}

/* An address as libcurl writes it, in brackets or not; NULL also for a name. */
static const char *judge_text(const char *host)
{
	unsigned char bytes[16];
	char bare[INET6_ADDRSTRLEN];
	size_t length = strlen(host);

	if (inet_pton(AF_INET, host, bytes) == 1)
		return judge4(bytes);
	if (host[0] == '[') {
		host++;
		length -= 2;
	}
	if (length >= sizeof(bare))
		return NULL;
	memcpy(bare, host, length);
	bare[length] = '\0';
	return inet_pton(AF_INET6, bare, bytes) == 1 ? judge6(bytes) : NULL;
}

/* Every name under localhost is this machine (RFC 6761); a dot at the end changes nothing. */
static bool is_localhost(const char *host)
{
	static const char name[] = "localhost";
	size_t length = strlen(host), size = sizeof(name) - 1;

	if (length > 0 && host[length - 1] == '.')
		length--;
	if (length < size || strncasecmp(host + length - size, name, size) != 0)
		return false;
	return length == size || host[length - size - 1] == '.';
}

static const char *judge_host(CURLU *u)
{
	char *host = NULL, *zone = NULL;
	const char *fault = NULL;

	if (curl_url_get(u, CURLUPART_HOST, &host, 0) != CURLUE_OK || host[0] == '\0' ||
	    strcmp(host, ".") == 0)
		fault = "no host";
	else if (curl_url_get(u, CURLUPART_ZONEID, &zone, 0) == CURLUE_OK)
		fault = "an address with a zone";
	else if (is_localhost(host) || judge_text(host))
		fault = "an address of an inner network";
	curl_free(host);
	curl_free(zone);
	return fault;
}

static const char *judge_port(CURLU *u, const uint16_t *ports, size_t port_count)
{
	char *text = NULL;
	const char *fault = "a port that is not allowed";
	size_t i;

	if (curl_url_get(u, CURLUPART_PORT, &text, CURLU_DEFAULT_PORT) != CURLUE_OK)
		return "no port";
	for (i = 0; i < port_count; i++)
		if (strtoul(text, NULL, 10) == ports[i])
			fault = NULL;
	curl_free(text);
	return fault;
}

static const char *judge_user(CURLU *u)
{
	char *user = NULL, *password = NULL;
	bool none = curl_url_get(u, CURLUPART_USER, &user, 0) == CURLUE_NO_USER &&
		    curl_url_get(u, CURLUPART_PASSWORD, &password, 0) == CURLUE_NO_PASSWORD;

	curl_free(user);
	curl_free(password);
	return none ? NULL : "a user name or password in it";
}

/* What parsers are known to disagree about is not even parsed. */
static const char *judge_text_of(const char *url)
{
	const unsigned char *p;
	size_t authority;

	if (url[0] == '\0')
		return "empty";
	if (strnlen(url, GUARD_URL_MAX + 1) > GUARD_URL_MAX)
		return "longer than 2048 bytes";
	if (strncasecmp(url, "https://", 8) != 0)
		return "not https://";
	for (p = (const unsigned char *)url; *p; p++)
		if (*p <= ' ' || *p == 0x7f || *p == '\\')
			return "a control character, space or backslash";
	authority = strcspn(url + 8, "/?#"); /* libcurl forgives "https:///host" and "https://@host" */
	if (authority == 0)
		return "no host";
	return memchr(url + 8, '@', authority) ? "a user name or password in it" : NULL;
}

bool guard_url_ports(const char *url, const uint16_t *ports, size_t port_count, const char **error)
{
	const char *fault = judge_text_of(url);
	CURLU *u;

	if (fault == NULL) {
		u = curl_url();
		if (u == NULL || curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK)
			fault = "not a URL";
		fault = fault ? fault : judge_user(u);
		fault = fault ? fault : judge_host(u);
		fault = fault ? fault : judge_port(u, ports, port_count);
		curl_url_cleanup(u);
	}
	if (fault)
		*error = fault;
	return fault == NULL;
}

bool guard_url(const char *url, const char **error)
{
	static const uint16_t ports[] = {443, 8443};

	return guard_url_ports(url, ports, sizeof(ports) / sizeof(ports[0]), error);
}

curl_socket_t guard_open_socket(void *g, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct guard *guard = g;
	const char *what = guard_address(&address->addr, address->addrlen);

	if (what || purpose != CURLSOCKTYPE_IPCXN) {
		guard->refused = what ? what : "not an outgoing connection";
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Also for a connection that was kept from a transfer without a guard. */
static int before_request(void *g, char *address, char *local, int port, int local_port)
{
	struct guard *guard = g;
	const char *what = judge_text(address);

	(void)local;
	(void)port;
	(void)local_port;
	if (what == NULL)
		return CURL_PREREQFUNC_OK;
	guard->refused = what;
	return CURL_PREREQFUNC_ABORT;
}

/* CURLOPT_MAXFILESIZE knows announced sizes only. */
static int on_progress(void *g, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up_now)
{
	struct guard *guard = g;

	(void)total;
	(void)up_total;
	(void)up_now;
	if (now <= (guard->bytes_max ? guard->bytes_max : BYTES_MAX))
		return 0;
	guard->refused = "the answer is too large";
	return 1;
}

static bool apply_caps(CURL *curl, struct guard *g)
{
	curl_off_t bytes = g->bytes_max ? g->bytes_max : BYTES_MAX;
	long timeout = g->timeout ? (long)((g->timeout + 999) / 1000) : TIMEOUT_MILLISECONDS;

	return curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, bytes) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MILLISECONDS) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_XFERINFODATA, g) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress) == CURLE_OK;
}

/* Behind a proxy the peer is the proxy, which may well be inside: it judges then. */
static bool apply_fences(CURL *curl, struct guard *g)
{
	bool direct = g->proxy == NULL || g->proxy[0] == '\0';

	return curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, direct ? g : NULL) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, direct ? guard_open_socket : NULL) ==
		       CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PREREQDATA, direct ? g : NULL) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, direct ? before_request : NULL) == CURLE_OK;
}

bool guard_apply(CURL *curl, struct guard *g)
{
	g->refused = NULL;
	return curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, NULL) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PROXY, g->proxy ? g->proxy : "") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_NOPROXY, "") == CURLE_OK && apply_fences(curl, g) &&
	       apply_caps(curl, g);
}
