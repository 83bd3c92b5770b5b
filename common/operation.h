/*
 * operation.h - what an operation is: the rows that proto/generate.py makes from proto/operations.toml
 *
 * The gateway uses method, path, roles and service; the daemon decodes parameters into the
 * operation's input struct and calls its handler.
 */
#ifndef AE_OPERATION_H
#define AE_OPERATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum role {
	ROLE_ANYONE = 1 << 0, /* no token needed */
	ROLE_SELF = 1 << 1,   /* a member, and the path's member_id is its own */
	ROLE_MEMBER = 1 << 2, /* any member */
	ROLE_SERVICE = 1 << 3,
	ROLE_ANALYST = 1 << 4,
	ROLE_ADMIN = 1 << 5,
};

enum operation_flag {
	OPERATION_IDEMPOTENT = 1 << 0, /* may be tried again on another instance */
	OPERATION_BATCHED = 1 << 1,    /* the handler gets a whole frame: window 1, up to 64 per frame */
	OPERATION_SLOW = 1 << 2,       /* travels alone in its frame */
	OPERATION_PLANNED = 1 << 3,    /* declared, and answered 501 by this release */
};

enum parameter_place {
	IN_PATH,
	IN_QUERY,
	IN_HEADER
};

/* Kinds and the C type of their field. Optional ones without default have a bool has_<name> too. */
enum parameter_kind {
	PARAMETER_TEXT,    /* const char *, length within minimum..maximum */
	PARAMETER_MEMBER,  /* const char *, 1-64 of A-Za-z0-9._:@- */
	PARAMETER_INTEGER, /* int64_t within minimum..maximum */
	PARAMETER_ENUM,    /* int: index into values */
	PARAMETER_DAY,     /* day */
	PARAMETER_BOOLEAN, /* bool */
	PARAMETER_CURRENCY /* const char *, three capital letters */
};

struct parameter {
	const char *name;
	enum parameter_place place;
	enum parameter_kind kind;
	bool required;
	const char *fallback; /* default, spelled as in a query; NULL = none */
	int64_t minimum, maximum;
	const char *const *values; /* of an enum, NULL-terminated */
	size_t offset;             /* of the field in the input struct */
	size_t has_offset;         /* of has_<name>; 0 = there is none */
};

struct operation {
	const char *name;
	const char *service; /* "analytics", ...; "gateway" answers itself */
	const char *method;
	const char *path; /* "/analytics/{member_id}/dashboard" */
	unsigned roles, flags;
	int64_t timeout;   /* microseconds */
	size_t body_limit; /* bytes; 0 = no body */
	const char *summary;
	size_t in_size;
	size_t parameter_count;
	const struct parameter *parameters;
	const char *const *content; /* what a body may be, NULL-terminated; NULL = anything */
};

/* All operations, sorted by path; made by proto/generate.py. */
extern const struct operation *const operations[];
extern const size_t operation_count;

const struct operation *operation_find(const char *name);

#endif
