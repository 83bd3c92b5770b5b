/*
 * test_guard.c - every way to write an inner address, against a listener that plain libcurl does reach
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "services/notification/guard.h"
#include "tests/unit/unit.h"

START_TEST(test_urls)
{
	static const struct {
		const char *url, *error; /* NULL: fine */
	} cases[] = {
		{"https://hooks.slack.com/services/T/B/x", NULL},
		{"https://example.org", NULL},
		{"HTTPS://example.org:443/", NULL},
		{"https://example.org:8443/", NULL},
		{"https://b\xc3\xbc"
		 "cher.example/",
		 NULL},
		{"https://xn--bcher-kva.example/", NULL},
		{"https://1.1.1.1/", NULL},
		{"https://[2606:4700:4700::1111]/", NULL},
		{"https://[64:ff9b::101:101]/", NULL},
		{"", "empty"},
		{"http://example.org/", "not https://"},
		{"file:///etc/passwd", "not https://"},
		{"gopher://example.org/", "not https://"},
		{"//example.org/", "not https://"},
		{"https:example.org", "not https://"},
		{"https://", "no host"},
		{"https:///x", "no host"},
		{"https://./", "no host"},
		{"https://a:b@example.org/", "a user name or password in it"},
		{"https://a@example.org/", "a user name or password in it"},
		{"https://:b@example.org/", "a user name or password in it"},
		{"https://@example.org/", "a user name or password in it"},
		{"https://example.org:80/", "a port that is not allowed"},
		{"https://example.org:22/", "a port that is not allowed"},
		{"https://example.org:65979/", "not a URL"},
		{"https://example.org:443:22/", "not a URL"},
		{"https://example.org/a b", "a control character, space or backslash"},
		{"https://example.org\\@127.0.0.1/", "a control character, space or backslash"},
		{"https://example.org/\r\nX: y", "a control character, space or backslash"},
		{"https://example.org/\x7f", "a control character, space or backslash"},
		{"https://localhost/", "an address of an inner network"},
		{"https://LOCALHOST./", "an address of an inner network"},
		{"https://a.localhost/", "an address of an inner network"},
		{"https://notlocalhost/", NULL},
		{"https://127.0.0.1/", "an address of an inner network"},
		{"https://2130706433/", "an address of an inner network"},
		{"https://0x7f.1/", "an address of an inner network"},
		{"https://0x7f000001/", "an address of an inner network"},
		{"https://0177.0.0.1/", "an address of an inner network"},
		{"https://127.1/", "an address of an inner network"},
		{"https://0/", "an address of an inner network"},
		{"https://[::1]/", "an address of an inner network"},
		{"https://[::]/", "an address of an inner network"},
		{"https://[::ffff:127.0.0.1]/", "an address of an inner network"},
		{"https://[::ffff:7f00:1]/", "an address of an inner network"},
		{"https://[::127.0.0.1]/", "an address of an inner network"},
		{"https://[64:ff9b::7f00:1]/", "an address of an inner network"},
		{"https://[fe80::1%25eth0]/", "an address with a zone"},
		{"https://169.254.169.254/latest/meta-data/", "an address of an inner network"},
	};
	const char *error;
	bool good;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		error = NULL;
		good = guard_url(cases[i].url, &error);
		ck_assert_msg(good == (cases[i].error == NULL), "%s: %s", cases[i].url,
			      error ? error : "taken");
		ck_assert_msg(good || strcmp(error, cases[i].error) == 0, "%s: %s", cases[i].url, error);
	}
}
END_TEST

START_TEST(test_length_and_ports)
{
	static const uint16_t ports[] = {9000};
	char url[GUARD_URL_MAX + 2] = "https://example.org/";
	const char *error;

	memset(url + 20, 'a', sizeof(url) - 21);
	ck_assert(!guard_url(url, &error));
	ck_assert_str_eq(error, "longer than 2048 bytes");
	url[GUARD_URL_MAX] = '\0';
	ck_assert(guard_url(url, &error));
	ck_assert(guard_url_ports("https://example.org:9000/", ports, 1, &error));
	ck_assert(!guard_url_ports("https://example.org/", ports, 1, &error));
}
END_TEST

static const char *judge(const char *text)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		return guard_address((struct sockaddr *)&in, sizeof(in));
	ck_assert_msg(inet_pton(AF_INET6, text, &in6.sin6_addr) == 1, "%s", text);
	return guard_address((struct sockaddr *)&in6, sizeof(in6));
}

START_TEST(test_addresses)
{
	static const char *const refused[] = {
		"0.0.0.0",
		"0.255.255.255",
		"10.0.0.1",
		"10.255.255.255",
		"100.64.0.1",
		"100.100.100.200",
		"100.127.255.255",
		"127.0.0.1",
		"127.255.255.255",
		"168.63.129.16",
		"169.254.0.1",
		"169.254.169.254",
		"169.254.170.2",
		"172.16.0.1",
		"172.31.255.255",
		"192.0.0.192",
		"192.0.2.1",
		"192.88.99.1",
		"192.168.0.1",
		"198.18.0.1",
		"198.19.255.255",
		"198.51.100.1",
		"203.0.113.1",
		"224.0.0.1",
		"239.255.255.255",
		"240.0.0.1",
		"255.255.255.255",
		"::",
		"::1",
		"::127.0.0.1",
		"::8.8.8.8",
		"::ffff:127.0.0.1",
		"::ffff:10.0.0.1",
		"::ffff:8.8.8.8",
		"64:ff9b::127.0.0.1",
		"64:ff9b::10.1.2.3",
		"64:ff9b::169.254.169.254",
		"64:ff9b:1::8.8.8.8",
		"100::1",
		"2001::1",
		"2001:0:4136:e378::1",
		"2001:2::1",
		"2001:10::1",
		"2001:db8::1",
		"2002:7f00:1::",
		"2002:808:808::",
		"3fff::1",
		"5f00::1",
		"fc00::1",
		"fd00:ec2::254",
		"fdff::1",
		"fe80::1",
		"febf::1",
		"fec0::1",
		"ff02::1",
		"ff0e::1",
		"4000::1",
		"e000::1",
	};
	static const char *const taken[] = {
		"1.1.1.1",          "8.8.8.8",
		"9.255.255.255",    "11.0.0.0",
		"100.63.255.255",   "100.128.0.0",
		"126.255.255.255",  "128.0.0.1",
		"168.63.129.17",    "169.253.255.255",
		"169.255.0.0",      "172.15.255.255",
		"172.32.0.0",       "192.0.1.0",
		"192.167.255.255",  "192.169.0.0",
		"198.17.255.255",   "198.20.0.0",
		"223.255.255.255",  "2606:4700:4700::1111",
		"2001:200::1",      "2001:4860:4860::8888",
		"2003::1",          "2a00:1450::1",
		"64:ff9b::8.8.8.8",
	};
	struct sockaddr_storage unix_address = {.ss_family = AF_UNIX};
	size_t i;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		ck_assert_msg(judge(refused[i]) != NULL, "%s passed", refused[i]);
	for (i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		ck_assert_msg(judge(taken[i]) == NULL, "%s: %s", taken[i], judge(taken[i]));
	ck_assert_ptr_nonnull(guard_address((struct sockaddr *)&unix_address, sizeof(unix_address)));
}
END_TEST

START_TEST(test_socket)
{
	struct curl_sockaddr address = {
		.family = AF_INET, .socktype = SOCK_STREAM, .addrlen = sizeof(struct sockaddr_in)};
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct guard g = {0};
	curl_socket_t fd;

	inet_pton(AF_INET, "1.1.1.1", &in.sin_addr);
	memcpy(&address.addr, &in, sizeof(address.addr));
	fd = guard_open_socket(&g, CURLSOCKTYPE_IPCXN, &address);
	ck_assert_int_ne(fd, CURL_SOCKET_BAD);
	ck_assert_ptr_null(g.refused);
	close(fd);
	inet_pton(AF_INET, "10.0.0.1", &in.sin_addr);
	memcpy(&address.addr, &in, sizeof(address.addr));
	ck_assert_int_eq(guard_open_socket(&g, CURLSOCKTYPE_IPCXN, &address), CURL_SOCKET_BAD);
	ck_assert_str_eq(g.refused, "private");
}
END_TEST

/* A listener on 127.0.0.1 and ::1 that counts who comes. */
struct listener {
	int fd, port;
	int came; /* atomic */
	pthread_t thread;
};

static void *serve(void *data)
{
	static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
	struct listener *l = data;
	char request[1024];
	int fd;

	while ((fd = accept(l->fd, NULL, NULL)) >= 0) {
		__atomic_add_fetch(&l->came, 1, __ATOMIC_SEQ_CST);
		if (read(fd, request, sizeof(request)) > 0 && write(fd, reply, sizeof(reply) - 1) < 0)
			perror("write");
		close(fd);
	}
	return NULL;
}

static void listener_start(struct listener *l)
{
	struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_addr = in6addr_any}; /* IPv4 too */
	socklen_t length = sizeof(any);

	l->came = 0;
	l->fd = socket(AF_INET6, SOCK_STREAM, 0);
	ck_assert(l->fd >= 0 && bind(l->fd, (struct sockaddr *)&any, sizeof(any)) == 0 &&
		  listen(l->fd, 16) == 0);
	ck_assert_int_eq(getsockname(l->fd, (struct sockaddr *)&any, &length), 0);
	l->port = ntohs(any.sin6_port);
	ck_assert_int_eq(pthread_create(&l->thread, NULL, serve, l), 0);
}

static void listener_stop(struct listener *l)
{
	shutdown(l->fd, SHUT_RDWR);
	pthread_join(l->thread, NULL);
	close(l->fd);
}

static size_t drop(char *bytes, size_t size, size_t count, void *data)
{
	(void)bytes;
	(void)data;
	return size * count;
}

static CURL *handle(const char *scheme, const char *host, int port)
{
	CURL *curl = curl_easy_init();
	char url[256];

	snprintf(url, sizeof(url), "%s://%s:%d/", scheme, host, port);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 5000L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
	return curl;
}

static const char *const spellings[] = {
	"127.0.0.1",       "2130706433", "0x7f.1", "0x7f000001",        "0177.0.0.1",
	"127.1",           "127.0.1",    "0",      "0.0.0.0",           "localhost",
	"LOCALHOST",       "[::1]",      "[::]",   "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]",
	"[::ffff:7f00:1]",
};

/* The same handle, first without the guard, then with it: once reached, then refused. */
START_TEST(test_listener)
{
	struct listener l;
	struct guard g;
	CURL *curl;
	size_t i;
	int before;

	listener_start(&l);
	for (i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		curl = handle("http", spellings[i], l.port);
		curl_easy_setopt(curl, CURLOPT_PROXY, "");
		ck_assert_msg(curl_easy_perform(curl) == CURLE_OK, "%s was not reached at all", spellings[i]);
		curl_easy_cleanup(curl);
		before = __atomic_load_n(&l.came, __ATOMIC_SEQ_CST);
		curl = handle("https", spellings[i], l.port);
		g = (struct guard){.timeout = 5000000};
		ck_assert(guard_apply(curl, &g));
		ck_assert_msg(curl_easy_perform(curl) == CURLE_COULDNT_CONNECT, "%s", spellings[i]);
		ck_assert_msg(g.refused != NULL, "%s", spellings[i]);
		ck_assert_int_eq(__atomic_load_n(&l.came, __ATOMIC_SEQ_CST), before);
		curl_easy_cleanup(curl);
	}
	listener_stop(&l);
}
END_TEST

/* A name that the resolver turns inside, and one whose answer changes: only the address counts. */
START_TEST(test_names_that_lead_inside)
{
	struct listener l;
	struct guard g = {0};
	struct curl_slist *answers;
	char line[128];
	CURL *curl;

	listener_start(&l);
	snprintf(line, sizeof(line), "innocent.example:%d:127.0.0.1,::1", l.port);
	answers = curl_slist_append(NULL, line);
	curl = handle("https", "innocent.example", l.port);
	curl_easy_setopt(curl, CURLOPT_RESOLVE, answers);
	ck_assert(guard_apply(curl, &g));
	ck_assert_int_eq(curl_easy_perform(curl), CURLE_COULDNT_CONNECT);
	ck_assert_str_eq(g.refused, "loopback");
	ck_assert_int_eq(__atomic_load_n(&l.came, __ATOMIC_SEQ_CST), 0);
	curl_easy_cleanup(curl);
	curl_slist_free_all(answers);
	listener_stop(&l);
}
END_TEST

/* A connection kept from an unguarded transfer is not a way in either. */
START_TEST(test_kept_connection)
{
	struct listener l;
	struct guard g = {0};
	CURL *curl;

	listener_start(&l);
	curl = handle("http", "127.0.0.1", l.port);
	ck_assert(guard_apply(curl, &g));
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, NULL); /* as if somebody else had opened it */
	ck_assert_int_eq(curl_easy_perform(curl), CURLE_ABORTED_BY_CALLBACK);
	ck_assert_str_eq(g.refused, "loopback");
	curl_easy_cleanup(curl);
	listener_stop(&l);
}
END_TEST

START_TEST(test_protocols)
{
	static const char *const schemes[] = {"http", "ftp", "gopher", "smtp", "ldap", "dict"};
	struct guard g = {0};
	CURL *curl;
	size_t i;

	for (i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		curl = handle(schemes[i], "example.org", 1);
		ck_assert(guard_apply(curl, &g));
		ck_assert_msg(curl_easy_perform(curl) == CURLE_UNSUPPORTED_PROTOCOL, "%s", schemes[i]);
		curl_easy_cleanup(curl);
	}
	curl = curl_easy_init();
	curl_easy_setopt(curl, CURLOPT_URL, "file:///etc/passwd");
	ck_assert(guard_apply(curl, &g));
	ck_assert_int_eq(curl_easy_perform(curl), CURLE_UNSUPPORTED_PROTOCOL);
	curl_easy_cleanup(curl);
}
END_TEST

/* The egress proxy is inside and is reached; it is asked to connect, and judges by itself. */
START_TEST(test_egress_proxy)
{
	struct listener l;
	char proxy[64];
	struct guard g = {.proxy = proxy, .timeout = 5000000};
	CURL *curl;

	listener_start(&l);
	snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%d", l.port);
	curl = handle("https", "example.org", 443);
	ck_assert(guard_apply(curl, &g));
	ck_assert_int_ne(curl_easy_perform(curl), CURLE_OK); /* this one speaks no TLS */
	ck_assert_ptr_null(g.refused);
	ck_assert_int_eq(__atomic_load_n(&l.came, __ATOMIC_SEQ_CST), 1);
	curl_easy_cleanup(curl);
	listener_stop(&l);
}
END_TEST

/* A proxy in the environment would take the judging away. */
START_TEST(test_environment)
{
	struct listener l;
	char proxy[64];
	struct guard g = {.timeout = 5000000};
	CURL *curl;

	listener_start(&l);
	snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%d", l.port);
	setenv("https_proxy", proxy, 1);
	curl = handle("https", "127.0.0.1", l.port);
	ck_assert(guard_apply(curl, &g));
	ck_assert_int_eq(curl_easy_perform(curl), CURLE_COULDNT_CONNECT);
	ck_assert_int_eq(__atomic_load_n(&l.came, __ATOMIC_SEQ_CST), 0);
	curl_easy_cleanup(curl);
	listener_stop(&l);
	unsetenv("https_proxy");
}
END_TEST

UNIT_MAIN("guard", test_urls, test_length_and_ports, test_addresses, test_socket, test_listener,
	  test_names_that_lead_inside, test_kept_connection, test_protocols, test_egress_proxy,
	  test_environment)
