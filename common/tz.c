/*
 * tz.c - what time it is where the member lives
 *
 * Finds zones by name and answers from them; tzif.c reads their files, tz_rule.c knows the years
 * behind a file's last change. Names come from members, so a name is checked before it becomes a
 * path. Like the rest of a daemon this is for one thread: a lookup remembers its answer in the zone.
 */
#include "common/tz.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <talloc.h>
#include <unistd.h>

#include "common/tzif.h"

#define TZ_FOLDER "/usr/share/zoneinfo"

enum {
	NAME_SIZE = 64,   /* with its NUL; the longest real name has 32 characters */
	FILE_MAX = 65536, /* the largest real file has under 4 KiB */
	ZONES_MAX = 2048, /* tzdata has 600 names, and 600 again below posix/ */
	SLOTS = 2 * ZONES_MAX,
	UNKNOWN_MAX = 1024
};

struct tz {
	const char *name;
	const struct tzif *file;
	struct tz_span last; /* what was looked up last: the next question is often about the same months */
};

static struct tz *zones[SLOTS]; /* open addressing, kept at most half full */
static size_t zones_count;
static char unknown[UNKNOWN_MAX][NAME_SIZE]; /* by hash; a newcomer takes the place over */

static const int32_t utc_offsets[1] = {0};
static const struct tzif utc_file = {.offsets = utc_offsets};
static struct tz utc = {.name = "UTC", .file = &utc_file};

static int64_t divide_down(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* The name as a relative path without dots, so that it cannot leave the folder. */
static bool name_valid(const char *name)
{
	size_t length = strnlen(name, NAME_SIZE);

	if (length == 0 || length == NAME_SIZE || name[0] == '/' || name[length - 1] == '/')
		return false;
	if (strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") != length)
		return false;
	return strstr(name, "//") == NULL;
}

/* The file's bytes. *passing: it failed by the state of this process, and the next try may go well. */
static unsigned char *file_read(const void *parent, const char *name, size_t *length, bool *passing)
{
	const char *folder = getenv("TZDIR");
	char *path = talloc_asprintf(parent, "%s/%s", folder != NULL ? folder : TZ_FOLDER, name);
	unsigned char *bytes = talloc_array(parent, unsigned char, FILE_MAX);
	struct stat about;
	ssize_t got = 1;
	int fd;

	/* Not to wait should somebody have put a named pipe there. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	*passing = fd < 0 && errno != ENOENT && errno != ENOTDIR && errno != ELOOP;
	if (fd < 0)
		return NULL;
	*length = 0;
	if (fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && about.st_size < FILE_MAX)
		while (got > 0 && *length < FILE_MAX) {
			got = read(fd, bytes + *length, FILE_MAX - *length);
			*length += got > 0 ? (size_t)got : 0;
		}
	close(fd);
	*passing = got < 0;
	return got == 0 ? bytes : NULL;
}

/* Reads a zone from the disk; NULL if there is none or the file is damaged. */
static struct tz *zone_load(const char *name, bool *passing)
{
	struct tz *zone = talloc_zero(NULL, struct tz);
	void *scratch = talloc_new(zone);
	unsigned char *bytes;
	size_t length;

	zone->name = talloc_strdup(zone, name);
	bytes = file_read(scratch, name, &length, passing);
	if (bytes != NULL)
		zone->file = tzif_decode(zone, bytes, length);
	talloc_free(scratch);
	if (zone->file == NULL) {
		talloc_free(zone);
		return NULL;
	}
	return zone;
}

/* FNV-1a */
static uint32_t name_hash(const char *name)
{
	uint32_t hash = 2166136261u;

	for (; *name != '\0'; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619u;
	return hash;
}

/*
 * Known zones stay, because callers keep pointers to them. Unknown names share a table that never
 * grows: whoever sends us nonsense names pushes out other nonsense only.
 */
const struct tz *tz_find(const char *name)
{
	struct tz *zone;
	uint32_t hash;
	size_t slot;
	bool passing;

	if (name == NULL || !name_valid(name))
		return NULL;
	if (strcmp(name, utc.name) == 0)
		return &utc;
	hash = name_hash(name);
	for (slot = hash % SLOTS; zones[slot] != NULL; slot = (slot + 1) % SLOTS)
		if (strcmp(zones[slot]->name, name) == 0)
			return zones[slot];
	if (zones_count == ZONES_MAX || strcmp(unknown[hash % UNKNOWN_MAX], name) == 0)
		return NULL;
	zone = zone_load(name, &passing);
	if (zone != NULL) {
		zones[slot] = zone;
		zones_count++;
	} else if (!passing) {
		snprintf(unknown[hash % UNKNOWN_MAX], NAME_SIZE, "%s", name);
	}
	return zone;
}

/* Needs no file, so that there is a zone also where tzdata is missing. */
const struct tz *tz_utc(void)
{
	return &utc;
}

const char *tz_name(const struct tz *zone)
{
	return zone->name;
}

/* How many of the zone's changes have happened by t. */
static size_t changes_before(const struct tzif *file, int64_t t)
{
	size_t low = 0, high = file->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (file->changes[middle] <= t)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct tz_span span_find(const struct tzif *file, int64_t t)
{
	size_t n = changes_before(file, t);
	struct tz_span span = {.from = INT64_MIN, .until = INT64_MAX, .offset = file->offsets[n]};

	if (n < file->count)
		span.until = file->changes[n];
	else if (file->ruled)
		span = tz_rule_span(&file->rule, t);
	if (n > 0 && span.from < file->changes[n - 1])
		span.from = file->changes[n - 1];
	return span;
}

/*
 * The stretch of constant offset around t, in UTC seconds. Remembering it changes nothing that a
 * caller can see, which is why zones are const outside; no zone is ever a const object.
 */
static struct tz_span span_at(const struct tz *zone, int64_t t)
{
	struct tz *memory = (struct tz *)zone;

	if (t < zone->last.from || t >= zone->last.until)
		memory->last = span_find(zone->file, t);
	return memory->last;
}

int32_t tz_offset(const struct tz *zone, instant t)
{
	return span_at(zone, divide_down(t, SECOND)).offset;
}

/* Seconds since 1970-01-01T00:00 of the wall clock there. */
static int64_t local_seconds_at(const struct tz *zone, instant t)
{
	int64_t seconds = divide_down(t, SECOND);

	return seconds + span_at(zone, seconds).offset;
}

day tz_day(const struct tz *zone, instant t)
{
	return (day)divide_down(local_seconds_at(zone, t), DAY_SECONDS);
}

int tz_hour(const struct tz *zone, instant t)
{
	int64_t local = local_seconds_at(zone, t);

	return (int)((local - divide_down(local, DAY_SECONDS) * DAY_SECONDS) / 3600);
}

/*
 * The first span whose end lies behind that wall time, and in *before the offset of the one ahead of it.
 * Starting a widest offset early, the first span looked at cannot begin behind it, so *before is set
 * whenever the wall time falls into the gap ahead of the span returned.
 */
static struct tz_span local_span(const struct tz *zone, int64_t local, int32_t *before)
{
	struct tz_span span = span_at(zone, local - TZ_WIDEST);

	*before = span.offset;
	while (local - span.offset >= span.until) {
		*before = span.offset;
		span = span_at(zone, span.until);
	}
	return span;
}

/* Wall times beyond the calendar's ends are taken as those ends; nothing there can be told apart. */
static int64_t local_clamp(int64_t local)
{
	int64_t low = INSTANT_MIN / SECOND, high = INSTANT_MAX / SECOND;

	return local < low ? low : local > high ? high : local;
}

/* A day that a zone left out altogether (Samoa's 2011-12-30) begins, and ends, where the next begins. */
instant tz_day_start(const struct tz *zone, day d)
{
	int64_t local = local_clamp(d * DAY_SECONDS);
	int32_t before;
	struct tz_span span = local_span(zone, local, &before);
	int64_t t = local - span.offset;

	return (t < span.from ? span.from : t) * SECOND;
}

instant tz_from_local(const struct tz *zone, int64_t local_seconds)
{
	int64_t local = local_clamp(local_seconds);
	int32_t before;
	struct tz_span span = local_span(zone, local, &before);
	int64_t t = local - span.offset;

	return (t < span.from ? local - before : t) * SECOND;
}
