/*
 * error.h - the one table of what can go wrong with a request
 *
 * Each row: name, HTTP status, whether the same request may succeed later, problem kind
 * (the last part of the RFC 9457 type URN), title.
 */
#ifndef AE_ERROR_H
#define AE_ERROR_H

#include <stdbool.h>

/* clang-format off */
#define AE_ERRORS(X)                                                                                          \
	X(OK,                    200, false, "about-blank",           "OK")                                   \
	X(MALFORMED,             400, false, "malformed",             "The request cannot be read")           \
	X(INVALID,               400, false, "invalid-parameter",     "A parameter or field is not valid")    \
	X(UNAUTHENTICATED,       401, false, "unauthenticated",       "A valid bearer token is needed")       \
	X(FORBIDDEN,             403, false, "forbidden",             "Your role does not allow this")        \
	X(NOT_FOUND,             404, false, "not-found",             "There is no such thing")               \
	X(METHOD_NOT_ALLOWED,    405, false, "method-not-allowed",    "This method is not offered here")      \
	X(NOT_ACCEPTABLE,        406, false, "not-acceptable",        "No acceptable representation")         \
	X(REQUEST_TIMEOUT,       408, true,  "request-timeout",       "The request took too long to arrive")  \
	X(CONFLICT,              409, false, "conflict",              "Conflicts with what is there")         \
	X(PRECONDITION_FAILED,   412, false, "precondition-failed",   "The thing has changed meanwhile")      \
	X(TOO_LARGE,             413, false, "too-large",             "The request is too large")             \
	X(UNSUPPORTED_MEDIA,     415, false, "unsupported-media",     "This content type is not understood")  \
	X(UNPROCESSABLE,         422, false, "unprocessable",         "Understood, but cannot be done")       \
	X(PRECONDITION_REQUIRED, 428, false, "precondition-required", "A condition header is required")       \
	X(TOO_MANY_REQUESTS,     429, true,  "too-many-requests",     "Slow down")                            \
	X(HEADERS_TOO_LARGE,     431, false, "headers-too-large",     "The request headers are too large")    \
	X(INTERNAL,              500, false, "internal",              "Something broke on our side")          \
	X(NOT_IMPLEMENTED,       501, false, "not-implemented",       "Not offered by this release")          \
	X(UNAVAILABLE,           503, true,  "unavailable",           "Not available for the moment")         \
	X(TIMEOUT,               504, true,  "timeout",               "No answer in time")
/* clang-format on */

#define AE_ERROR_ENUM(name, status, retryable, kind, title) ERR_##name,
enum error {
	AE_ERRORS(AE_ERROR_ENUM) ERR_COUNT
};
#undef AE_ERROR_ENUM

int error_status(enum error e); /* HTTP status */
bool error_retryable(enum error e);
const char *error_kind(enum error e);
const char *error_title(enum error e);
const char *error_name(enum error e);     /* "NOT_FOUND", for logs and the problem's code */
enum error error_from_status(int status); /* the first row with that status, else ERR_INTERNAL */

#endif
