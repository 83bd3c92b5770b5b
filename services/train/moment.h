/*
 * moment.h - the dates and times that people write into files
 */
#ifndef AE_TRAIN_MOMENT_H
#define AE_TRAIN_MOMENT_H

#include <stdbool.h>
#include "common/clock.h"

/* Reads "2011-10-10", "2011/10/10", either with " 08:26", "T08:26:00.5", with or without Z or an offset
 * (without: UTC), "20111010", and seconds, milliseconds or microseconds since 1970, told apart by their
 * size. */
bool moment_parse(const char *text, instant *out);

#endif
