/*
 * redis_kit.h - a private redis-server for the tests of what speaks to it
 */
#ifndef AE_REDIS_KIT_H
#define AE_REDIS_KIT_H

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <talloc.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "tests/unit/unit.h"

#define TIMEOUT (SECOND / 5)

static char folder[64], address[128];
static pid_t server;
static void *memory;

static redisContext *server_connect(void)
{
	struct timeval timeout = {5, 0};
	redisContext *r = redisConnectUnixWithTimeout(address + 5, timeout);

	if (r && r->err) {
		redisFree(r);
		return NULL;
	}
	return r;
}

/* Starts Redis and returns when it answers. */
static void server_start(void)
{
	char directory[80], socket[128];
	int64_t deadline = clock_monotonic() + 20 * SECOND;
	redisContext *r = NULL;
	redisReply *pong;
	int null;

	snprintf(directory, sizeof(directory), "%s", folder);
	snprintf(socket, sizeof(socket), "%s", address + 5);
	server = fork();
	if (server == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* a failed case skips tear_down */
		null = open("/dev/null", O_RDWR);
		dup2(null, STDOUT_FILENO);
		execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", socket, "--dir",
		       directory, "--save", "", "--appendonly", "no", (char *)NULL);
		_exit(127);
	}
	while ((r = server_connect()) == NULL) {
		ck_assert_msg(clock_monotonic() < deadline, "redis-server did not start");
		ck_assert_int_eq(waitpid(server, NULL, WNOHANG), 0);
		poll(NULL, 0, 5);
	}
	pong = redisCommand(r, "PING");
	ck_assert_ptr_nonnull(pong);
	freeReplyObject(pong);
	redisFree(r);
}

static void server_stop(void)
{
	if (server > 0) {
		kill(server, SIGKILL);
		waitpid(server, NULL, 0);
	}
	server = 0;
	unlink(address + 5);
}

static void set_up(void)
{
	signal(SIGPIPE, SIG_IGN);
	log_set_level(LOG_LEVEL_ERROR);
	snprintf(folder, sizeof(folder), "/tmp/ae-cache-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(address, sizeof(address), "unix:%s/redis", folder);
	server_start();
	memory = talloc_new(NULL);
}

static void tear_down(void)
{
	talloc_free(memory);
	server_stop();
	rmdir(folder);
}

/* What redis-cli would print of a whole-number or text answer. */
static const char *server_say(const char *command)
{
	redisContext *r = server_connect();
	redisReply *reply;
	const char *said;

	ck_assert_ptr_nonnull(r);
	reply = redisCommand(r, command);
	ck_assert_ptr_nonnull(reply);
	said = reply->type == REDIS_REPLY_INTEGER ? talloc_asprintf(memory, "%lld", reply->integer)
	       : reply->str                       ? talloc_strdup(memory, reply->str)
						  : "nil";
	freeReplyObject(reply);
	redisFree(r);
	return said;
}

/* As unit_run, with a Redis of its own around every case. */
static int redis_cases_run(const char *name, const TTest *const *cases, size_t count)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);
	SRunner *runner;
	size_t i;
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	for (i = 0; i < count; i++)
		tcase_add_test(tcase, cases[i]);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
