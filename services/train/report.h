/*
 * report.h - what a command found, as a table for people or as JSON
 *
 * {"model": ..., "metrics": {NAME: {"value": ..., "se": ...}}, "parameters": {NAME: ...},
 * "standard_errors": {NAME: ...}, "log_likelihood": ..., "seconds": ...} What is not known is null, never a
 * made-up number. A value that is no number (NaN, infinite) is null.
 */
#ifndef AE_TRAIN_REPORT_H
#define AE_TRAIN_REPORT_H

#include <stdbool.h>
#include <stdint.h>

struct report;

struct report *report_new(const void *parent, const char *model);
void report_metric(struct report *r, const char *name, double value,
		   double standard_error); /* NAN: not known */
void report_parameter(struct report *r, const char *name, double value);
/* A parameter that was estimated; NaN: its error is not known. */
void report_estimate(struct report *r, const char *name, double value, double standard_error);
void report_log_likelihood(struct report *r, double value);
/* A fact about the input or the fit: rows, members, "converged". */
void report_count(struct report *r, const char *name, int64_t value);
void report_note(struct report *r, const char *text);
/* On standard output, with the seconds since report_new. */
void report_print(const struct report *r, bool json);

#endif
