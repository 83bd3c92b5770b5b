/*
 * status.c - /healthz, /readyz and /metrics of one daemon over HTTP, for probes and scrapers
 *
 * The gateway offers the same for all instances together; this is for looking at one alone,
 * also when the gateway is away.
 */
#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <talloc.h>
#include <unistd.h>

#include "common/loop.h"

struct status_page {
	struct daemon *daemon;
	struct evhttp *http;
	char *path; /* of a unix socket, to remove at the end */
};

static void send_text(struct evhttp_request *http, int status, const char *type, const char *text,
		      size_t length)
{
	struct evbuffer *body = evbuffer_new();

	evbuffer_add(body, text, length);
	evhttp_add_header(evhttp_request_get_output_headers(http), "Content-Type", type);
	evhttp_send_reply(http, status, NULL, body);
	evbuffer_free(body);
}

static void on_health(struct evhttp_request *http, void *page)
{
	(void)page;
	send_text(http, 200, "application/json", "{\"status\":\"ok\"}", 15);
}

static void on_ready(struct evhttp_request *http, void *page)
{
	struct daemon *d = ((struct status_page *)page)->daemon;
	void *scratch = talloc_new(d);
	const char *reason = "ready", *text;
	bool ready = daemon_ready(d, scratch, &reason);

	text = talloc_asprintf(scratch, "{\"ready\":%s,\"reason\":\"%s\"}", ready ? "true" : "false", reason);
	send_text(http, ready ? 200 : 503, "application/json", text, strlen(text));
	talloc_free(scratch);
}

static void on_metrics(struct evhttp_request *http, void *page)
{
	struct daemon *d = ((struct status_page *)page)->daemon;
	size_t length;
	char *text = metrics_text(d, d->metrics, &length);

	send_text(http, 200, "text/plain; version=0.0.4", text, length);
	talloc_free(text);
}

static int status_close(struct status_page *page)
{
	evhttp_free(page->http);
	if (page->path)
		unlink(page->path);
	return 0;
}

static int listen_unix(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (strlen(path) >= sizeof(address.sun_path)) {
		close(fd);
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path));
	unlink(path);
	if (fd >= 0 && (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 16) < 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool listen_on(struct status_page *page, const char *address)
{
	char *host, *port;
	int fd;

	if (strncmp(address, "unix:", 5) == 0) {
		page->path = talloc_strdup(page, address + 5);
		fd = listen_unix(page->path);
		return fd >= 0 && evhttp_accept_socket(page->http, fd) == 0;
	}
	host = talloc_strdup(page, address);
	port = strrchr(host, ':');
	if (port == NULL)
		return false;
	*port++ = '\0';
	return evhttp_bind_socket(page->http, host, (uint16_t)strtoul(port, NULL, 10)) == 0;
}

struct status_page *status_open(struct daemon *d, const char *address, const char **error)
{
	struct status_page *page = talloc_zero(d, struct status_page);

	page->daemon = d;
	page->http = evhttp_new(d->loop->base);
	evhttp_set_max_headers_size(page->http, 8192);
	evhttp_set_max_body_size(page->http, 0);
	evhttp_set_timeout(page->http, 5);
	evhttp_set_allowed_methods(page->http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
	evhttp_set_cb(page->http, "/healthz", on_health, page);
	evhttp_set_cb(page->http, "/readyz", on_ready, page);
	evhttp_set_cb(page->http, "/metrics", on_metrics, page);
	talloc_set_destructor(page, status_close);
	if (!listen_on(page, address)) {
		*error = talloc_asprintf(d, "cannot listen on %s", address);
		return NULL;
	}
	return page;
}
