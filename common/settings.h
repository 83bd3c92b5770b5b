/*
 * settings.h - configuration as a table of rows
 *
 * A row is name, kind, where the value goes, default, range and one sentence of help. Files are
 * INI ("[section]" per daemon, see systemd/ae.conf); "[common]" is read by all, then the
 * daemon's own section. The environment variable AE_<NAME> in upper case wins over both.
 */
#ifndef AE_SETTINGS_H
#define AE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum setting_kind {
	SETTING_TEXT,     /* const char * */
	SETTING_INTEGER,  /* int64_t within minimum..maximum */
	SETTING_BOOLEAN,  /* bool: yes/no/true/false/on/off/1/0 */
	SETTING_DURATION, /* int64_t microseconds: "250ms", "5s", "2min", "1h", "7d"; range in microseconds */
	SETTING_SIZE,     /* int64_t bytes: "4k", "1M", "2G" */
};

struct setting {
	const char *name;
	enum setting_kind kind;
	void *target;
	const char *fallback; /* spelled as in a file */
	int64_t minimum, maximum;
	const char *help;
};

/*
 * Sets every row of both tables to its default, then the file's and the environment's values.
 * path may be NULL. Unknown names in the daemon's own section are faults; [common] may hold
 * names that only other programs know. False: *error names file, line or variable, and the fault.
 */
bool settings_load(void *parent, const char *path, const char *section, const struct setting *const tables[],
		   const char **error);
/* One value into its target. False: *error says why. Strings hang under parent. */
bool settings_put(void *parent, const struct setting *row, const char *text, const char **error);
/* The tables as the manual's section. */
void settings_help(FILE *out, const struct setting *const tables[]);

#define SETTINGS_END                                       \
	{                                                  \
		NULL, SETTING_TEXT, NULL, NULL, 0, 0, NULL \
	}

#endif
