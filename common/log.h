/*
 * log.h - one line per fact: "what happened key=value ...", to stderr
 *
 * Levels are promises: error = somebody must look, warning = look in the morning,
 * info = the life of the process, debug = the rest. Lines carry the journal's level prefix
 * when stderr is the journal, else the time. Never log a body, a token or an address.
 */
#ifndef AE_LOG_H
#define AE_LOG_H

#include <stdbool.h>

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

void log_open(const char *program, const char *instance, enum log_level level); /* strings are kept */
void log_set_level(enum log_level level);
bool log_level_parse(const char *text, enum log_level *out); /* "error", "warning", "info", "debug" */
/* The request whose id the next lines carry; NULL for none. */
void log_set_request(const char *request_id);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
