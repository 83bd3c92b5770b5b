/*
 * error.c - the table of error.h spelled out as arrays
 */
#include <stddef.h>

#include "common/error.h"

static const struct {
	const char *name, *kind, *title;
	int status;
	bool retryable;
} rows[] = {
#define ROW(name, status, retryable, kind, title) {#name, kind, title, status, retryable},
	AE_ERRORS(ROW)
#undef ROW
};

/* Numbers from elsewhere (a newer peer, a bug) read as INTERNAL rather than past the table. */
static size_t row_of(enum error e)
{
	return (unsigned)e < ERR_COUNT ? (size_t)e : (size_t)ERR_INTERNAL;
}

int error_status(enum error e)
{
	return rows[row_of(e)].status;
}

bool error_retryable(enum error e)
{
	return rows[row_of(e)].retryable;
}

const char *error_kind(enum error e)
{
	return rows[row_of(e)].kind;
}

const char *error_title(enum error e)
{
	return rows[row_of(e)].title;
}

const char *error_name(enum error e)
{
	return rows[row_of(e)].name;
}

enum error error_from_status(int status)
{
	size_t i;

	for (i = 0; i < ERR_COUNT; i++)
		if (rows[i].status == status)
			return (enum error)i;
	return ERR_INTERNAL;
}
