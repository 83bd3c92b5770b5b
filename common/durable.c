/*
 * durable.c - a file that is there wholly or not at all (see durable.h)
 *
 * The file beside the path is PATH.<six letters>.part. Its writer holds a lock on it, which ends with the
 * writer however that ends, so a part that can be locked is nobody's any more.
 */
#include "common/durable.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <talloc.h>
#include <unistd.h>

static const char suffix[] = ".part";

enum {
	SUFFIX = sizeof(suffix) - 1,
	LETTERS = 7 /* a point and six of mkostemps */
};

static bool fault(const void *parent, const char *what, const char *path, const char **error)
{
	*error = talloc_asprintf(parent, "%s: %s: %s", path, what, strerror(errno));
	return false;
}

/* Whether a name of the folder is a part of the file. */
static bool is_part_of(const char *name, const char *file)
{
	size_t length = strlen(file);

	return strlen(name) == length + LETTERS + SUFFIX && strncmp(name, file, length) == 0 &&
	       name[length] == '.' && strcmp(name + length + LETTERS, suffix) == 0;
}

/* Removes parts of writers that are gone. */
static void parts_sweep(const char *folder, const char *file)
{
	DIR *d = opendir(folder);
	const struct dirent *e;
	int fd;

	while (d && (e = readdir(d)))
		if (is_part_of(e->d_name, file) &&
		    (fd = openat(dirfd(d), e->d_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) >= 0) {
			if (flock(fd, LOCK_EX | LOCK_NB) == 0)
				unlinkat(dirfd(d), e->d_name, 0);
			close(fd);
		}
	if (d)
		closedir(d);
}

static bool write_all(int fd, const char *bytes, size_t length)
{
	ssize_t n;

	while (length > 0) {
		n = write(fd, bytes, length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		bytes += n;
		length -= (size_t)n;
	}
	return true;
}

/* The rename is on the disk only when the folder is. */
static bool folder_sync(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool done = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return done;
}

/* A part that is ours: one that was swept away before it was locked does not count. */
static int part_open(const void *parent, const char *path, char **part)
{
	struct stat st;
	int fd;

	for (;;) {
		*part = talloc_asprintf(parent, "%s.XXXXXX%s", path, suffix);
		if ((fd = mkostemps(*part, SUFFIX, O_CLOEXEC)) < 0)
			return -1;
		if (flock(fd, LOCK_EX) < 0 || fstat(fd, &st) < 0) {
			close(fd);
			return -1;
		}
		if (st.st_nlink > 0)
			return fd;
		close(fd);
	}
}

bool durable_replace(const void *parent, const char *path, const void *bytes, size_t length, mode_t mode,
		     const char **error)
{
	void *scratch = talloc_new(NULL);
	const char *folder = dirname(talloc_strdup(scratch, path));
	char *part;
	int fd = part_open(scratch, path, &part);
	bool done = true;

	if (fd < 0)
		done = fault(parent, "cannot be written", path, error);
	else if (fchmod(fd, mode) < 0 || !write_all(fd, bytes, length) || fsync(fd) < 0 ||
		 rename(part, path) < 0) {
		done = fault(parent, "cannot be written", path, error);
		unlink(part);
	} else if (!folder_sync(folder))
		done = fault(parent, "is written, but its folder is not on the disk", path, error);
	if (fd >= 0)
		close(fd);
	parts_sweep(folder, basename(talloc_strdup(scratch, path)));
	talloc_free(scratch);
	return done;
}
