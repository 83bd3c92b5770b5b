/*
 * secret.h - credentials out of files, wiped when freed
 */
#ifndef AE_NOTIFICATION_SECRET_H
#define AE_NOTIFICATION_SECRET_H

#include <stddef.h>

enum {
	SECRET_FILE_MAX = 64 * 1024
};

/* A whole file of at most 64 KiB, NUL-terminated. NULL: *error names the file and says why, under parent. */
char *secret_file(const void *parent, const char *path, size_t *length, const char **error);
/* The one line of a file, without its end. NULL as above. */
char *secret_line(const void *parent, const char *path, const char **error);
/* A copy that is wiped as well. */
char *secret_copy(const void *parent, const char *text, size_t length);

#endif
