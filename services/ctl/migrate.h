/*
 * migrate.h - bringing the schema forward
 */
#ifndef AE_CTL_MIGRATE_H
#define AE_CTL_MIGRATE_H

#include "services/ctl/pg.h"

struct migration {
	int version;
	const char *name; /* "0001_log_and_analytics" */
	const char *sql;
};

/* Applies what is missing, oldest first. Returns how many, -1 on failure: *error says why. */
int migrate_forward(struct pg *pg, const char **error);

#endif
