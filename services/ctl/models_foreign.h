/*
 * models_foreign.h - models of XGBoost that nobody has signed yet: read with care, and tried
 */
#ifndef AE_CTL_MODELS_FOREIGN_H
#define AE_CTL_MODELS_FOREIGN_H

#include <stddef.h>

/* Scores are floats, and threads and vector units add them up in another order. */
#define FOREIGN_TOLERANCE 1e-5

struct foreign_test {
	const char **features; /* names, in the order of the columns */
	double *rows, *scores;
	size_t width, count;
};

/* Reads rows and scores. NULL: *error names the file and the line. */
struct foreign_test *foreign_test_read(const void *parent, const char *path, const char **error);
/* The whole of a file. NULL: *error. */
void *foreign_model_read(const void *parent, const char *path, size_t *length, const char **error);
/* Loads and scores in a process of its own. NULL: it scores as the test says; else what is wrong. */
const char *foreign_model_try(const void *parent, const char *path, const void *model, size_t length,
			      const struct foreign_test *t);

#endif
