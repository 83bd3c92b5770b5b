/*
 * container_open.c - a model file as memory that nobody can change, judged (see container.h)
 *
 * A mapping of the file itself would change when the file does, and kill the process when the file is cut
 * short. So its bytes go into a sealed memfd first: mapped read-only, equal for ever to what was judged.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <talloc.h>
#include <unistd.h>

#include "common/learn/container_layout.h"

static int container_unmap(struct container *c)
{
	if (c->bytes)
		munmap((void *)c->bytes, c->length);
	return 0;
}

/* The whole of the file into the memfd; false with errno, 0 if the file became shorter meanwhile. */
static bool copy(int from, int to, size_t length)
{
	char buffer[1 << 16];
	ssize_t n;

	while (length > 0) {
		n = read(from, buffer, length < sizeof(buffer) ? length : sizeof(buffer));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n == 0 ? 0 : errno;
			return false;
		}
		if (write(to, buffer, (size_t)n) != n)
			return false;
		length -= (size_t)n;
	}
	return true;
}

static bool seal_and_map(struct container *c, int from)
{
	int fd = memfd_create("model", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	void *bytes = MAP_FAILED;

	if (fd < 0)
		return false;
	if (copy(from, fd, c->length) &&
	    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
		bytes = mmap(NULL, c->length, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes != MAP_FAILED)
		c->bytes = bytes;
	close(fd);
	return bytes != MAP_FAILED;
}

static bool file_read(struct container *c, const char *path, const char **error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	bool done = false;

	if (fd < 0 || fstat(fd, &st) < 0)
		*error = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		*error = "is no regular file";
	else if (st.st_size == 0)
		*error = "is empty";
	else if ((uint64_t)st.st_size > LAYOUT_FILE_MAX)
		*error = "is larger than 4 GiB";
	else {
		c->length = (size_t)st.st_size;
		errno = 0;
		if (!(done = seal_and_map(c, fd)))
			*error = errno ? strerror(errno) : "became shorter while it was read";
	}
	if (fd >= 0)
		close(fd);
	return done;
}

struct container *container_open(const void *parent, const char *path, const struct container_policy *policy,
				 const char **error)
{
	struct container *c = talloc_zero(parent, struct container);

	talloc_set_destructor(c, container_unmap);
	if (file_read(c, path, error) && container_check(c, policy, error))
		return c;
	*error = talloc_asprintf(parent, "%s: %s", path, *error);
	talloc_free(c);
	return NULL;
}
