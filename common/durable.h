/*
 * durable.h - a file that is there wholly or not at all
 *
 * The bytes go into a file beside the path, to the disk, and then take the path's place in one step: who
 * opens the path finds the former content or the new one, wherever the writer was killed.
 */
#ifndef AE_DURABLE_H
#define AE_DURABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * False: *error says what failed and with which file, and hangs under parent; the path is as it was. Several
 * writers of one path do not disturb each other, the last one wins. What a killed writer has left beside
 * the path is cleared away by the next.
 */
bool durable_replace(const void *parent, const char *path, const void *bytes, size_t length, mode_t mode,
		     const char **error);

#endif
