/*
 * ctl.h - what the operator's commands share
 *
 * aectl is a table of commands (main.c); each is one file <command>.c with its own options and
 * its own --help. To add one: write the file, name its function here, add a row in main.c.
 */
#ifndef AE_CTL_H
#define AE_CTL_H

#include <stdbool.h>
#include <stdint.h>

/* Exit codes, the same for every command; scripts rely on them. */
enum ctl_exit {
	CTL_DONE = 0,
	CTL_FAILED = 1,
	CTL_USAGE = 2, /* wrong options or arguments */
	CTL_AWAY = 3,  /* the system, or a part that is needed, is not running */
};

/* run gets argv[0] = "aectl <name>", then the command's own options and arguments. */
struct command {
	const char *name; /* one word or two: "generate", "import retail" */
	int (*run)(int argc, char **argv);
	const char *summary;
};

/* options.c */
/* What lives as long as the command; main.c frees it, so that no early return needs to. */
extern void *ctl_memory;
/* Reads a whole number in minimum..maximum; says on stderr what is wrong with it otherwise. */
bool option_integer(const char *option, const char *text, int64_t minimum, int64_t maximum, int64_t *out);
/*
 * Reads a command's options: --help prints `help`, all others are given to `take` with what they carry, which
 * returns false of a wrong one. OPTIONS_READ: go on, with optind at the first of at most so many arguments;
 * else the command's exit code.
 */
enum {
	OPTIONS_READ = -1
};
struct option;
int command_options(int argc, char **argv, const char *help, const struct option *options,
		    bool (*take)(void *into, int option, const char *value), void *into, int arguments);
/* One line on stderr that names the mistake and points at --help; CTL_USAGE. */
int usage_wrong(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct json;
/* json_file.c: one JSON value of a file, - is standard input; NULL with a line on stderr if there is none. */
struct json *json_file_read(const char *command, const char *path);
/* The same of an option's own text, where --<option>-file is the one that names a file. */
struct json *json_option_read(const char *command, const char *option, const char *text);

/* events_send.c */
int events_send(int argc, char **argv);
/* generate.c */
int generate(int argc, char **argv);
/* import_retail.c */
int import_retail(int argc, char **argv);
/* local_up.c, local_down.c, local_status.c, local_env.c: the whole system on this machine */
int local_up(int argc, char **argv);
int local_down(int argc, char **argv);
int local_status(int argc, char **argv);
int local_env(int argc, char **argv);
/* template_render.c */
int template_render(int argc, char **argv);
/* token_command.c */
int token_command(int argc, char **argv);
/* migrate.c */
int migrate(int argc, char **argv);
/* lag.c, dead_letters.c, rebuild.c: the log and its consumer groups */
int lag(int argc, char **argv);
int dead_letters(int argc, char **argv);
int rebuild(int argc, char **argv);
/* rule_eval.c, rule_explain.c: JsonLogic */
int rule_eval(int argc, char **argv);
int rule_explain(int argc, char **argv);
/* models_*.c: files and registry of models */
int models_export(int argc, char **argv);
int models_import(int argc, char **argv);
int models_keygen(int argc, char **argv);
int models_list(int argc, char **argv);
int models_promote(int argc, char **argv);
int models_revoke(int argc, char **argv);
int models_rollback(int argc, char **argv);
int models_show(int argc, char **argv);
int models_verify(int argc, char **argv);
int models_wrap(int argc, char **argv);
/* benchmarks_load.c, with benchmarks_file.c and benchmarks_fetch.c: market data */
int benchmarks_load(int argc, char **argv);

#endif
