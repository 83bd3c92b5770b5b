/*
 * main.c - ae-gateway: REST and JSON outside, frames inside
 *
 * Next stop: door.c, where a request's head is judged; then call.c, backend.c and reply.c,
 * which is the way of a request through the gateway and back.
 */
#include "common/clock.h"
#include "services/gateway/life.h"

struct gateway_settings gateway_settings;

static const struct setting rows[] = {
	{"listen", SETTING_TEXT, &gateway_settings.listen, "127.0.0.1:8080", 0, 0,
	 "Where clients come in: ADDRESS:PORT or unix:PATH; a socket handed over by systemd wins"},
	{"sockets", SETTING_TEXT, &gateway_settings.sockets, "/run/ae", 0, 0,
	 "Folder of the sockets between gateway and daemons"},
	{"keys", SETTING_TEXT, &gateway_settings.keys, "", 0, 0,
	 "JWKS file with the public keys that tokens are signed with; read again when it changes"},
	{"issuer", SETTING_TEXT, &gateway_settings.issuer, "ae-local", 0, 0, "What a token's iss must be"},
	{"audience", SETTING_TEXT, &gateway_settings.audience, "ae", 0, 0, "What a token's aud must contain"},
	{"connections", SETTING_INTEGER, &gateway_settings.connections, "1024", 1, 100000,
	 "Most client connections at once"},
	{"header_timeout", SETTING_DURATION, &gateway_settings.header_timeout, "10s", 100000, 300 * SECOND,
	 "Longest time for a request's head to arrive, and for its body beside a second per 32 KiB"},
	{"idle_timeout", SETTING_DURATION, &gateway_settings.idle_timeout, "75s", 100000, 3600 * SECOND,
	 "Longest time between requests of a connection"},
	{"queue_length", SETTING_INTEGER, &gateway_settings.queue_length, "4096", 1, 1000000,
	 "Most requests that wait for a service"},
	{"queue_age", SETTING_DURATION, &gateway_settings.queue_age, "2s", 10000, 60 * SECOND,
	 "Longest time that a request waits for an instance"},
	{"drain", SETTING_DURATION, &gateway_settings.drain_timeout, "10s", 0, 60 * SECOND,
	 "Longest time to finish work on SIGTERM"},
	{"log_level", SETTING_TEXT, &gateway_settings.log_level, "info", 0, 0,
	 "error, warning, info or debug"},
	{"access_log", SETTING_BOOLEAN, &gateway_settings.access_log, "yes", 0, 0, "A line per request"},
	{"instance", SETTING_TEXT, &gateway_settings.instance, "1", 0, 0,
	 "Name of this gateway in logs and metrics"},
	SETTINGS_END,
};

int main(int argc, char **argv)
{
	static const struct setting *const tables[] = {rows, NULL};

	return gateway_run(life_new(tables, argc, argv));
}
