/*
 * settings_value.h - what settings.c and settings_value.c share
 */
#ifndef AE_SETTINGS_VALUE_H
#define AE_SETTINGS_VALUE_H

#include "common/settings.h"

struct setting_value {
	int64_t number;
	bool boolean;
};

const char *setting_kind_name(enum setting_kind kind);
/* "1ms to 1min" under parent; NULL if the row has no range. */
char *setting_range(const void *parent, const struct setting *row);
/* Reads the text as the row wants it and touches no target. False: *error says why. */
bool setting_parse(const void *parent, const struct setting *row, const char *text, struct setting_value *out,
		   const char **error);

#endif
