/*
 * train.h - what the commands of ae-train share
 *
 * ae-train is a table of commands (main.c); each is one file <command>.c with its own options and its own
 * --help. It runs on files alone, and never inside a daemon.
 */
#ifndef AE_TRAIN_H
#define AE_TRAIN_H

#include <stdbool.h>
#include <stdint.h>

/* Exit codes, those of aectl. */
enum train_exit {
	TRAIN_DONE = 0,
	TRAIN_FAILED = 1, /* the input cannot be learned from, or not be read */
	TRAIN_USAGE = 2   /* wrong options or arguments */
};

/* argv[0] is the command's name. */
typedef int train_command(int argc, char **argv);
train_command train_recommend; /* recommend.c */

/* blas.c: begins the program again if OpenBLAS was loaded with kernels that are too old. */
void blas_choose(char **argv);

train_command train_ab;       /* ab.c */
train_command train_classify; /* classify.c */
train_command train_clv;      /* clv.c */
train_command train_features; /* features.c */

/* options.c: values of options; what is wrong is said on standard error. */
bool option_integer(const char *option, const char *text, int64_t least, int64_t most, int64_t *out);
bool option_real(const char *option, const char *text, double least, double most, double *out);
int usage_wrong(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
