/*
 * test_local.c - the parts of aectl local that decide what may be signalled, locked and deleted
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <talloc.h>
#include <unistd.h>
#include "services/ctl/ctl.h"
#include "services/ctl/local.h"
#include "tests/unit/unit.h"

static char *folder_new(const void *parent)
{
	char *path = talloc_strdup(parent, "/tmp/ae-unit-XXXXXX");

	ck_assert_ptr_nonnull(mkdtemp(path));
	return path;
}

START_TEST(test_identity)
{
	struct identity self = identity_of(getpid()), other = self;

	ck_assert_int_eq(self.pid, getpid());
	ck_assert(identity_alive(self));
	other.started++;
	ck_assert_msg(!identity_alive(other), "another start time is another process");
	ck_assert_msg(!identity_signal(other, SIGKILL), "which is not signalled");
	ck_assert(!identity_alive((struct identity){0, 0}));
	ck_assert_msg(!identity_alive((struct identity){-1, 0}), "kill(-1) would reach everybody");
}
END_TEST

START_TEST(test_identity_of_the_dead)
{
	siginfo_t info;
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	ck_assert_msg(identity_of(pid).pid == 0, "a zombie does not count as alive");
	waitpid(pid, NULL, 0);
	ck_assert_int_eq(identity_of(pid).pid, 0);
}
END_TEST

START_TEST(test_finish_kills_the_stubborn)
{
	struct identity id;
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		signal(SIGTERM, SIG_IGN);
		for (;;)
			pause();
	}
	id = identity_of(pid);
	ck_assert(identity_signal(id, 0));
	identity_finish(id, 30000);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}
END_TEST

START_TEST(test_lock)
{
	void *scratch = ctl_memory = talloc_new(NULL);
	const char *error, *dir = folder_new(scratch);
	pid_t pid;
	int fd;

	ck_assert(!local_running(dir));
	fd = local_lock(dir, &error);
	ck_assert_int_ge(fd, 0);
	ck_assert(local_running(dir));
	ck_assert_int_lt(local_lock(dir, &error), 0);
	ck_assert_msg(error == NULL, "held by somebody is no fault");
	if ((pid = fork()) == 0) { /* as the supervisor does: its copy keeps the lock */
		pause();
		_exit(0);
	}
	close(fd);
	ck_assert(local_running(dir));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	ck_assert(local_wait_stopped(dir, SECOND));
	ck_assert(local_lock("/nonexistent/folder", &error) < 0 && error);
	folder_remove(dir);
	ctl_memory = NULL;
	talloc_free(scratch);
}
END_TEST

START_TEST(test_state_round_trip)
{
	struct local *l = talloc_zero(NULL, struct local), *back;
	struct child children[] = {
		{.name = "analytics-2", .service = "analytics", .instance = 2, .restarts = 3}};
	const char *error = NULL;

	l->dir = folder_new(l);
	l->run = "/run/x";
	l->pg_data = "/pg/y";
	l->state = "running";
	l->port = 8080;
	l->instances = 2;
	l->children = children;
	l->count = 1;
	children[0].identity = (struct identity){4711, 123456789012345};
	ck_assert(local_save(l));
	back = local_load(l, l->dir, &error);
	ck_assert_msg(back != NULL, "%s", error);
	ck_assert_str_eq(back->state, "running");
	ck_assert_str_eq(back->pg_data, "/pg/y");
	ck_assert_int_eq(back->count, 1);
	ck_assert_str_eq(back->children[0].name, "analytics-2");
	ck_assert_int_eq(back->children[0].identity.pid, 4711);
	ck_assert_int_eq(back->children[0].identity.started, 123456789012345);
	ck_assert_int_eq(back->children[0].restarts, 3);
	folder_remove(l->dir);
	talloc_free(l);
}
END_TEST

START_TEST(test_unusable_states)
{
	static const struct {
		const char *in, *why;
	} cases[] = {
		{"", "empty"},
		{"{\"state\": \"running\"", "cut off"},
		{"[]", "no object"},
		{"{\"state\": \"running\"}", "no folders in it"},
	};
	struct local *l = talloc_zero(NULL, struct local);
	const char *error;
	size_t i;

	ctl_memory = l;
	l->dir = folder_new(l);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		error = NULL;
		ck_assert(file_replace(local_path(l, "local.json"), cases[i].in, strlen(cases[i].in), 0600));
		ck_assert_msg(!local_load(l, l->dir, &error) && error, "%s", cases[i].why);
	}
	folder_remove(l->dir);
	error = NULL;
	ck_assert_msg(!local_load(l, l->dir, &error) && error, "no folder");
	ctl_memory = NULL;
	talloc_free(l);
}
END_TEST

START_TEST(test_remove_stays_inside)
{
	void *scratch = talloc_new(NULL);
	const char *dir = folder_new(scratch), *outside = folder_new(scratch), *error;
	struct stat st;

	ck_assert(folder_make(talloc_asprintf(scratch, "%s/a", dir), 0700, &error));
	ck_assert_int_eq(symlink(outside, talloc_asprintf(scratch, "%s/a/link", dir)), 0);
	ck_assert(folder_remove(dir));
	ck_assert_int_ne(stat(dir, &st), 0);
	ck_assert_msg(stat(outside, &st) == 0, "a link's target stays");
	folder_remove(outside);
	talloc_free(scratch);
}
END_TEST

UNIT_MAIN("local", test_identity, test_identity_of_the_dead, test_finish_kills_the_stubborn, test_lock,
	  test_state_round_trip, test_unusable_states, test_remove_stays_inside)
