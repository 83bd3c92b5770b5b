/*
 * local.h - the whole system on this machine, under one folder
 *
 * D/local.json   what runs now, written by the supervisor       D/pg      PostgreSQL's data
 * D/sample.json  what was loaded                                D/run     sockets (or a folder in /tmp)
 * D/ae.conf      the daemons' settings, made at every start     D/log     one file per process
 * D/keys         the key pair that local tokens are signed with D/lock    held while the supervisor lives
 *
 * `up` forks a supervisor, which starts every process as its child, restarts what dies and stops all
 * when it is told to or when it dies itself. Whoever holds D/lock is the supervisor: pids in
 * local.json are only believed together with the process's start time.
 */
#ifndef AE_CTL_LOCAL_H
#define AE_CTL_LOCAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "common/clock.h"

enum {
	LOCAL_CHILDREN_MAX = 512,
	LOCAL_SOCKETS_PATH_MAX = 78, /* leaves room for the longest socket's name within sun_path's 107 */
};

/* Of tokens and of the gateway that believes them. */
#define LOCAL_ISSUER   "https://local.ae.invalid"
#define LOCAL_AUDIENCE "ae"
#define LOCAL_DATABASE "ae"
#define LOCAL_OWNER    "ae"

/* A process that cannot be mistaken for a later one with the same number. */
struct identity {
	pid_t pid;       /* 0 = none */
	int64_t started; /* clock ticks after boot, as /proc/PID/stat has it */
};

struct child {
	const char *name;    /* "analytics-1", "postgres" */
	const char *service; /* "analytics" */
	int instance;
	struct identity identity;
	instant since;
	int64_t restarts;
	int64_t due; /* monotonic instant of the next start, 0 = none waiting */
};

/* What a start is asked for. */
struct local_options {
	const char *dir;
	int64_t port; /* 0 = any free one */
	int64_t instances;
	bool fsync;
	char **pg_options; /* "name=value", talloc array */
	char **settings;   /* "section.name=value" */
};

struct local {
	const char *dir; /* absolute */
	const char *run; /* folder of all sockets */
	const char *pg_data;
	const char *programs; /* folder of aectl and the daemons */
	uid_t pg_uid;         /* who PostgreSQL runs as */
	gid_t pg_gid;
	const char *state; /* "starting", "running", "stopping", "stopped" */
	int port, instances;
	bool fsync;
	struct identity supervisor;
	struct child *children;
	int count;
	int lock; /* descriptor, -1 = not ours */
	const struct local_options *options;
};

/* local_layout.c */
/* Makes folders, keys and settings for a start. False: *error says why. */
bool local_prepare(struct local *l, const struct local_options *o, const char **error);
const char *local_path(const struct local *l, const char *name);
const char *local_url(const struct local *l);
const char *local_conninfo(const struct local *l, const char *user);
/* The sockets and their folder. */
void local_remove_run(struct local *l);
bool folder_make(const char *path, mode_t mode, const char **error); /* or it is there already */
bool folder_remove(const char *path);                                /* with all that is in it */
bool local_write_config(struct local *l, const char **error);

/* local_state.c */
/* The folder as an absolute path; NULL if there is none. */
const char *local_directory(const void *parent, const char *dir);
/* Reads D/local.json. NULL: there is none, or it is no use; *error says why. */
struct local *local_load(const void *parent, const char *dir, const char **error);
bool local_save(const struct local *l);
/* Replaces a file as a whole. */
bool file_replace(const char *path, const char *text, size_t length, mode_t mode);
/* A whole file under parent; NULL with errno. */
char *file_read(const void *parent, const char *path, size_t *length);
/* Takes D/lock; -1 if somebody has it, or on failure with *error. */
int local_lock(const char *dir, const char **error);
bool local_running(const char *dir); /* somebody holds the lock */
bool local_wait_stopped(const char *dir, int64_t timeout);
void pause_milliseconds(int milliseconds);

/* local_process.c */
struct identity identity_of(pid_t pid);
bool identity_alive(struct identity id);
bool identity_signal(struct identity id, int signal);
/* Waits for a process that is not our child, then kills it. */
void identity_finish(struct identity id, int64_t timeout);
/* Ends what a supervisor that died left behind. */
void local_end_stale(struct local *l);

/* local_child.c */
void local_add_children(struct local *l);
/* Starts the child. False: it could not even fork. */
bool child_start(struct local *l, struct child *c);
/* The signal that asks it to end. */
int child_stop_signal(const struct child *c);
bool local_programs_present(const struct local *l, const char **error);

/* local_postgres.c */
const char *postgres_program(const void *parent, const char *name, const char *data);
bool postgres_make(struct local *l, const char **error);
char **postgres_arguments(const void *parent, const struct local *l);
/* Becomes PostgreSQL's user for good; false with errno. */
bool postgres_become(const struct local *l);
/* Creates the database if need be and brings the schema forward. */
bool postgres_migrate(struct local *l, const char **error);
bool postgres_answers(const struct local *l);

/* local_redis.c */
bool redis_answers(const struct local *l);

/* local_supervisor.c */
/* Runs until it is told to stop; tells of its start on the pipe: "step ...", "fail ...", "up". Never returns.
 */
void supervisor_run(struct local *l, int pipe) __attribute__((noreturn));

/* local_ready.c */
struct json;
struct readiness {
	bool gateway; /* /readyz said 200 */
	const struct json *services;
};
struct readiness *readiness_ask(const void *parent, const struct local *l, int64_t timeout_ms);
bool readiness_of(const struct readiness *r, const struct child *c); /* a daemon, or the gateway */

/* local_sample.c */
struct sample {
	const char *name; /* "retail", "none", "synthetic:1000" */
	const char *file; /* --file */
	bool as_is;
	int64_t events; /* in the log */
	bool caught_up;
	const char *member; /* one with a rich history; NULL if there is none */
};
/* Loads it unless there are events already; fills in the rest. False: *error says why. */
bool sample_load(const struct local *l, struct sample *s, bool quiet, const char **error);
/* What is there, without loading. */
bool sample_look(const struct local *l, struct sample *s, const char **error);

/* local_report.c */
struct json_writer;
void report_environment(const struct local *l, struct json_writer *w, const char *token);
void report_running(const struct local *l, const struct sample *s, const char *token);
const char *local_token(const void *parent, const struct local *l, const char *role, const char *member,
			int64_t lifetime, const char **error);

/* local_where.c: where a command finds its database or local system */
struct database_options {
	const char *dir, *postgres;
};
enum {
	DATABASE_DIR = 2000,
	DATABASE_POSTGRES
};
#define DATABASE_LONG_OPTIONS                                          \
	{"dir", required_argument, NULL, DATABASE_DIR},                \
	{                                                              \
		"postgres", required_argument, NULL, DATABASE_POSTGRES \
	}
#define DATABASE_HELP                                                                      \
	"  --dir D              the local system in folder D (default: $AE_DIR, or var)\n" \
	"  --postgres CONNINFO  libpq connection string instead (default: $PGHOST and so on, if set)\n"
bool database_option(struct database_options *o, int option, const char *value);
/* NULL: *error says why there is none. */
const char *database_conninfo(const struct database_options *o, const char **error);
struct pg;
/* NULL: said on stderr why. */
struct pg *database_open(const char *command, const struct database_options *o);
/* --dir, else $AE_DIR, else "var". */
const char *local_default_dir(const char *dir);

#endif
