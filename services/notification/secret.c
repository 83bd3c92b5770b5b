/*
 * secret.c - credentials out of files, wiped when freed
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <string.h>
#include <talloc.h>
#include <unistd.h>

#include "services/notification/secret.h"

static int secret_free(char *text)
{
	OPENSSL_cleanse(text, talloc_get_size(text));
	return 0;
}

static char *secret_new(const void *parent, size_t size)
{
	char *text = talloc_array(parent, char, size);

	talloc_set_destructor(text, secret_free);
	return text;
}

char *secret_copy(const void *parent, const char *text, size_t length)
{
	char *copy = secret_new(parent, length + 1);

	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

/* Reads until the end or until the buffer is full; -1 with errno. */
static ssize_t read_all(int fd, char *buffer, size_t size)
{
	size_t have = 0;
	ssize_t got;

	do {
		got = read(fd, buffer + have, size - have);
		have += got > 0 ? (size_t)got : 0;
	} while (have < size && (got > 0 || (got < 0 && errno == EINTR)));
	return got < 0 ? -1 : (ssize_t)have;
}

char *secret_file(const void *parent, const char *path, size_t *length, const char **error)
{
	char *text = secret_new(parent, SECRET_FILE_MAX + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read_all(fd, text, SECRET_FILE_MAX + 1);

	if (got < 0)
		*error = talloc_asprintf(parent, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	if (got > SECRET_FILE_MAX)
		*error = talloc_asprintf(parent, "%s: is larger than 64 KiB", path);
	if (got < 0 || got > SECRET_FILE_MAX) {
		talloc_free(text);
		return NULL;
	}
	text[got] = '\0';
	*length = (size_t)got;
	return text;
}

char *secret_line(const void *parent, const char *path, const char **error)
{
	size_t length;
	char *text = secret_file(parent, path, &length, error);

	if (text == NULL)
		return NULL;
	while (length > 0 && strchr("\r\n ", text[length - 1]))
		text[--length] = '\0';
	if (length > 0 && length == strcspn(text, "\r\n"))
		return text;
	*error = talloc_asprintf(parent, "%s: must hold one line", path);
	talloc_free(text);
	return NULL;
}
