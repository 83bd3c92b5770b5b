/*
 * A file that is replaced is there wholly or not at all, at whatever point its writer is killed.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <time.h>

#include "common/clock.h"
#include "common/durable.h"
#include "common/learn/container.h"
#include "tests/unit/model_kit.h"

static bool write_version(struct kit *k, int64_t version, const void *ballast, size_t length)
{
	const char *error = "";
	struct model m;

	model_fill(&m);
	m.header.version = version;
	model_section(&m, "ballast", CONTAINER_BYTES, 1, ballast, length);
	return container_write(k, kit_path(k, "m.aem"), &m.header, m.sections, m.count, k->signer, NULL,
			       &error);
}

/* The version that is there; 0: there is no file. Whatever else is there fails the test. */
static int64_t version_there(struct kit *k)
{
	struct container_policy policy = {.keys = k->keys, .scorer = model_scorer};
	const char *error = "";
	struct container *c;
	int64_t version;

	if (access(kit_path(k, "m.aem"), F_OK) != 0)
		return 0;
	c = container_open(k, kit_path(k, "m.aem"), &policy, &error);
	ck_assert_msg(c != NULL, "%s", error);
	version = c->header.version;
	talloc_free(c);
	return version;
}

static int parts_left(struct kit *k)
{
	DIR *d = opendir(k->folder);
	const struct dirent *e;
	int count = 0;

	while ((e = readdir(d)))
		count += strstr(e->d_name, ".part") != NULL;
	closedir(d);
	return count;
}

/* Lets the child make so many steps into and out of the kernel, then kills it. False: it had ended before. */
static bool killed_after(pid_t child, int steps)
{
	int status;

	ck_assert_int_eq(waitpid(child, &status, 0), child);
	while (steps-- > 0) {
		ck_assert_int_eq(ptrace(PTRACE_SYSCALL, child, NULL, NULL), 0);
		ck_assert_int_eq(waitpid(child, &status, 0), child);
		if (WIFEXITED(status)) {
			ck_assert_int_eq(WEXITSTATUS(status), 0);
			return false;
		}
	}
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return true;
}

/* Every point is tried: before and after each call to the kernel. */
START_TEST(killed_at_every_step)
{
	struct kit *k = kit_new();
	char ballast[20000] = "";
	int steps, old = 0, new = 0;
	bool killed = true;

	ck_assert(write_version(k, 1, ballast, sizeof(ballast)));
	for (steps = 0; killed; steps++) {
		int64_t version;
		pid_t child = fork();

		if (child == 0) {
			ptrace(PTRACE_TRACEME, 0, NULL, NULL);
			raise(SIGSTOP);
			_exit(write_version(k, 2, ballast, sizeof(ballast)) ? 0 : 1);
		}
		killed = killed_after(child, steps);
		version = version_there(k);
		ck_assert_msg(version == 1 || version == 2, "after %d steps: %d", steps, (int)version);
		*(version == 1 ? &old : &new) += 1;
		ck_assert(write_version(k, 1, ballast, sizeof(ballast)));
		ck_assert_int_eq(parts_left(k), 0);
	}
	ck_assert_msg(old > 10 && new > 2, "%d with the old one, %d with the new one", old, new);
	kit_free(k);
}
END_TEST

/* The same with a file of some size and at moments of chance, many times over the same file. */
START_TEST(killed_at_any_moment)
{
	struct kit *k = kit_new();
	char *ballast = talloc_zero_size(k, 1 << 20);
	unsigned int chance = 7;
	int64_t began = clock_monotonic(), last = 1, version, one;
	int round, moved = 0;

	ck_assert(write_version(k, last, ballast, 1 << 20));
	one = clock_monotonic() - began;
	for (round = 0; round < 60; round++) {
		int64_t after = rand_r(&chance) % (4 * one);
		struct timespec moment = {after / SECOND, after % SECOND * 1000};
		pid_t child = fork();

		if (child == 0)
			for (version = last + 1;; version++)
				if (!write_version(k, version, ballast, 1 << 20))
					_exit(1);
		nanosleep(&moment, NULL);
		ck_assert_int_eq(kill(child, SIGKILL), 0);
		ck_assert_int_eq(waitpid(child, NULL, 0), child);
		version = version_there(k);
		ck_assert_msg(version >= last, "%d after %d", (int)version, (int)last);
		moved += version > last;
		last = version;
	}
	ck_assert_int_gt(moved, 10);
	ck_assert(write_version(k, last + 1, ballast, 1 << 20));
	ck_assert_int_eq(parts_left(k), 0);
	kit_free(k);
}
END_TEST

/* Two writers of one file: each whole, nobody's part is taken away. */
START_TEST(two_writers)
{
	struct kit *k = kit_new();
	pid_t children[2];
	int i, n, status;

	for (i = 0; i < 2; i++)
		if ((children[i] = fork()) == 0) {
			char *ballast = talloc_zero_size(k, 50000);

			for (n = 0; n < 100; n++)
				if (!write_version(k, 1 + i, ballast, 50000))
					_exit(1);
			_exit(0);
		}
	for (i = 0; i < 2; i++) {
		ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
		ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "writer %d", i);
	}
	ck_assert_int_gt(version_there(k), 0);
	ck_assert_int_eq(parts_left(k), 0);
	kit_free(k);
}
END_TEST

START_TEST(failures_leave_what_was_there)
{
	struct kit *k = kit_new();
	const char *error = "";

	ck_assert(!durable_replace(k, kit_path(k, "none/m"), "x", 1, 0644, &error));
	ck_assert_msg(strstr(error, "none/m: cannot be written: No such file") != NULL, "%s", error);
	ck_assert(!durable_replace(k, kit_path(k, "public"), "x", 1, 0644, &error));
	ck_assert_msg(strstr(error, "public: cannot be written") != NULL, "%s", error);
	ck_assert_int_eq(parts_left(k), 0);
	kit_free(k);
}
END_TEST

UNIT_MAIN("durable_replace", killed_at_every_step, killed_at_any_moment, two_writers,
	  failures_leave_what_was_there)
