/*
 * cell.h - numbers and dates as they stand in the cells of a CSV file
 */
#ifndef AE_TRAIN_CELL_H
#define AE_TRAIN_CELL_H

#include <stdbool.h>
#include <stdio.h>

#include "common/clock.h"

/* Decimal, with an exponent or without; "nan", "inf" and hexadecimal are no numbers. */
bool cell_number(const char *text, double *out);
/* Nothing, "NA", "N/A", "NULL", "null", "?": what tables write for "not known". */
bool cell_missing(const char *text);
/* 1, 0, true, false, yes, no, t, f, y, n in any case. */
bool cell_truth(const char *text, bool *out);
/* 2026-11-23, or 20261123; a time of day after T or a space is passed over. */
bool cell_day(const char *text, day *out);
/* A text as RFC 4180 wants it, quoted where it must be. */
void cell_write(FILE *out, const char *text);

#endif
