/*
 * csv.c - RFC 4180 records, one at a time, from a plain or gzip file
 *
 * zlib's gzread gives both kinds of file as plain bytes. Lines end in LF or CRLF; lines without
 * anything are passed over (an empty value that stands alone is written ""). What RFC 4180 does
 * not allow is a fault that names its line, because a guess would shift every column after it.
 */
#include "common/csv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <talloc.h>
#include <unistd.h>
#include <zlib.h>

enum {
	INPUT_SIZE = 65536,
	RECORD_MAX = 1 << 20,
	FIELDS_MAX = 1024,
	NO_BYTE = -1
};

/* What a field ended in. A fault also ends it; then c->error is set. */
enum field_end {
	END_OF_FIELD,
	END_OF_RECORD
};

struct csv {
	const char *name; /* for messages */
	gzFile file;
	size_t total;      /* size of the file, 0 if it is none */
	const char *error; /* once set, the reader stays where it is */
	size_t line;       /* of the next byte */
	size_t began;      /* line of the current record */
	bool started;      /* the first bytes have been looked at */
	size_t at, have;   /* in input */
	size_t used, room; /* in text */
	char *text;        /* the record's fields, each ended by a NUL */
	size_t count;
	size_t begins[FIELDS_MAX]; /* in text, which moves while it grows */
	const char *fields[FIELDS_MAX];
	unsigned char input[INPUT_SIZE];
};

static int csv_destroy(struct csv *c)
{
	gzclose_r(c->file);
	return 0;
}

/* Keeps the first fault only: what follows from it would be less to the point. */
__attribute__((format(printf, 3, 4))) static void csv_fault(struct csv *c, size_t line, const char *format,
							    ...)
{
	va_list args;
	char *why;

	if (c->error != NULL)
		return;
	va_start(args, format);
	why = talloc_vasprintf(c, format, args);
	va_end(args);
	c->error = talloc_asprintf(c, "%s:%zu: %s", c->name, line, why);
	talloc_free(why);
}

/* A descriptor of its own to read the path from, or -1 and errno. */
static int path_open(const char *path, size_t *total)
{
	struct stat about;
	int fd = strcmp(path, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
					: open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	if (fstat(fd, &about) == 0 && S_ISDIR(about.st_mode)) {
		close(fd);
		errno = EISDIR;
		return -1;
	}
	*total = S_ISREG(about.st_mode) ? (size_t)about.st_size : 0;
	return fd;
}

struct csv *csv_open(const void *parent, const char *path, const char **error)
{
	const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
	size_t total = 0;
	struct csv *c;
	gzFile file;
	int fd = path_open(path, &total);

	if (fd < 0) {
		*error = talloc_asprintf(parent, "%s: %s", name, strerror(errno));
		return NULL;
	}
	file = gzdopen(fd, "rb");
	if (file == NULL || gzbuffer(file, INPUT_SIZE) != 0)
		abort(); /* out of memory */
	c = talloc_zero(parent, struct csv);
	c->file = file;
	talloc_set_destructor(c, csv_destroy);
	c->name = talloc_strdup(c, name);
	c->total = total;
	c->line = c->began = 1;
	return c;
}

/* A byte order mark says nothing in UTF-8 and would become part of the first column's name. */
static void mark_skip(struct csv *c)
{
	if (!c->started && c->have >= 3 && memcmp(c->input, "\xEF\xBB\xBF", 3) == 0)
		c->at = 3;
	c->started = true;
}

/* More input. False at the end, which is a fault where a gzip stream breaks off: gzread calls that an end
 * too. */
static bool input_fill(struct csv *c)
{
	int got, code;
	const char *why;

	if (c->error != NULL)
		return false;
	got = gzread(c->file, c->input, INPUT_SIZE);
	why = gzerror(c->file, &code);
	if (got <= 0) {
		if (code == Z_BUF_ERROR)
			csv_fault(c, c->line, "the gzip stream is cut off");
		else if (code == Z_ERRNO)
			csv_fault(c, c->line, "cannot read: %s", strerror(errno));
		else if (got < 0)
			csv_fault(c, c->line, "the gzip stream is damaged: %s", why);
		return false;
	}
	c->at = 0;
	c->have = (size_t)got;
	mark_skip(c);
	return c->at < c->have || input_fill(c);
}

/* The next byte, or NO_BYTE at the end of the file or after a fault. */
static inline int byte_next(struct csv *c)
{
	if (c->at == c->have && !input_fill(c))
		return NO_BYTE;
	return c->input[c->at++];
}

/* Makes room for one more byte of text. */
static bool text_grow(struct csv *c)
{
	if (c->used >= RECORD_MAX) {
		csv_fault(c, c->began, "the record is longer than %d bytes", RECORD_MAX);
		return false;
	}
	c->room = c->room == 0 ? 4096 : c->room * 2;
	c->text = talloc_realloc(c, c->text, char, c->room);
	if (c->text == NULL)
		abort();
	return true;
}

static inline bool text_put(struct csv *c, int byte)
{
	if (c->used == c->room && !text_grow(c))
		return false;
	c->text[c->used++] = (char)byte;
	return true;
}

/* Called with the byte behind a field; says what it ends. */
static enum field_end field_end(struct csv *c, int byte)
{
	if (byte == ',')
		return END_OF_FIELD;
	if (byte == '\r') {
		byte = byte_next(c);
		if (byte != '\n')
			csv_fault(c, c->line, "a carriage return without a line feed");
	}
	if (byte == '\n')
		c->line++;
	else if (byte != NO_BYTE)
		csv_fault(c, c->line, "text behind a closing quote");
	return END_OF_RECORD;
}

/* Up to the closing quote, whose opening one is read; a doubled quote stands for one. */
static enum field_end quoted_read(struct csv *c)
{
	size_t opened = c->line;

	for (;;) {
		int byte = byte_next(c);

		if (byte == '"') {
			byte = byte_next(c);
			if (byte != '"')
				return field_end(c, byte);
		} else if (byte == NO_BYTE) {
			csv_fault(c, opened, "the quoted field that begins here never ends");
			return END_OF_RECORD;
		} else if (byte == '\n') {
			c->line++;
		} else if (byte == '\0') {
			csv_fault(c, c->line, "a NUL byte");
			return END_OF_RECORD;
		}
		if (!text_put(c, byte))
			return END_OF_RECORD;
	}
}

/* Up to the comma or the end of the line; byte is the field's first, already read. */
static enum field_end plain_read(struct csv *c, int byte)
{
	for (;; byte = byte_next(c)) {
		switch (byte) {
		case ',':
		case '\r':
		case '\n':
		case NO_BYTE:
			return field_end(c, byte);
		case '"':
			csv_fault(c, c->line, "a quote inside a field that does not begin with one");
			return END_OF_RECORD;
		case '\0':
			csv_fault(c, c->line, "a NUL byte");
			return END_OF_RECORD;
		}
		if (!text_put(c, byte))
			return END_OF_RECORD;
	}
}

/* Reads the record's next field; byte is its first. */
static enum field_end field_read(struct csv *c, int byte)
{
	enum field_end end;

	if (c->count == FIELDS_MAX) {
		csv_fault(c, c->began, "the record has more than %d fields", FIELDS_MAX);
		return END_OF_RECORD;
	}
	c->begins[c->count++] = c->used;
	end = byte == '"' ? quoted_read(c) : plain_read(c, byte);
	text_put(c, '\0');
	return end;
}

/* The first byte of the next line that has any. */
static int line_begin(struct csv *c)
{
	for (;;) {
		int byte = byte_next(c);

		if (byte == '\r' && (byte = byte_next(c)) != '\n') {
			csv_fault(c, c->line, "a carriage return without a line feed");
			return NO_BYTE;
		}
		if (byte != '\n')
			return byte;
		c->line++;
	}
}

int csv_next(struct csv *c, const char *const **fields, size_t *count)
{
	int byte;
	size_t i;

	byte = line_begin(c);
	c->used = c->count = 0;
	c->began = c->line;
	if (byte != NO_BYTE)
		while (field_read(c, byte) == END_OF_FIELD && c->error == NULL)
			byte = byte_next(c);
	if (c->error != NULL)
		return -1;
	for (i = 0; i < c->count; i++)
		c->fields[i] = c->text + c->begins[i];
	*fields = c->fields;
	*count = c->count;
	return c->count > 0;
}

/* Empty as long as nothing went wrong. */
const char *csv_error(const struct csv *c)
{
	return c->error != NULL ? c->error : "";
}

size_t csv_line(const struct csv *c)
{
	return c->began;
}

/* The one column of that name; a second would make it a matter of luck which is read. */
static bool column_find(struct csv *c, const char *name, size_t *index)
{
	size_t i, found = 0;

	for (i = 0; i < c->count; i++)
		if (strcmp(c->fields[i], name) == 0 && found++ == 0)
			*index = i;
	if (found == 0)
		csv_fault(c, c->began, "there is no column \"%s\"", name);
	else if (found > 1)
		csv_fault(c, c->began, "there are %zu columns \"%s\"", found, name);
	return found == 1;
}

bool csv_columns(struct csv *c, const char *const *names, size_t count, size_t *index)
{
	const char *const *fields;
	size_t i, width;

	if (csv_next(c, &fields, &width) == 0)
		csv_fault(c, c->line, "there is no header line");
	if (c->error != NULL)
		return false;
	for (i = 0; i < count; i++)
		if (!column_find(c, names[i], &index[i]))
			return false;
	return true;
}

/* A pipe has no position: there the bytes after decompression are counted. */
void csv_progress(const struct csv *c, size_t *done, size_t *total)
{
	z_off_t at = gzoffset(c->file);

	if (at < 0)
		at = gztell(c->file);
	*done = at > 0 ? (size_t)at : 0;
	*total = c->total;
}
