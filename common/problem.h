/*
 * problem.h - problem details (RFC 9457), the only shape of an error reply
 */
#ifndef AE_PROBLEM_H
#define AE_PROBLEM_H

#include <stddef.h>
#include "common/error.h"

struct fault {
	const char *pointer; /* where: "/data/amount_minor" in a body, "?from" for a query parameter */
	const char *detail;  /* what is wrong with it */
};

/* The document's text under parent. detail, instance and request_id may be NULL. */
char *problem_text(const void *parent, enum error e, const char *detail, const char *instance,
		   const char *request_id, const struct fault *faults, size_t count, size_t *length);

#endif
