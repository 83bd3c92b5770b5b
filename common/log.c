/*
 * log.c - one write() per line to stderr, in the journal's spelling or with the time
 *
 * The whole message is escaped after formatting, so no argument can start a line of its own or
 * send a terminal something; lines stay within what a pipe takes in one piece.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"

enum {
	LINE_SIZE = 4096,
	REQUEST_SIZE = 160
};

static const struct {
	const char *name;
	char priority; /* syslog's */
} levels[] = {
	[LOG_LEVEL_ERROR] = {"error", '3'},
	[LOG_LEVEL_WARNING] = {"warning", '4'},
	[LOG_LEVEL_INFO] = {"info", '6'},
	[LOG_LEVEL_DEBUG] = {"debug", '7'},
};

static struct {
	const char *program, *instance, *request;
	enum log_level level;
	bool journal;
} state = {.program = "ae", .level = LOG_LEVEL_INFO};

/* systemd names the device and inode of the stream it connected; a redirected stderr differs. */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;
	char *end;

	if (stream == NULL)
		return false;
	device = strtoull(stream, &end, 10);
	if (end == stream || *end != ':')
		return false;
	stream = end + 1;
	inode = strtoull(stream, &end, 10);
	if (end == stream || *end != '\0')
		return false;
	return fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

void log_open(const char *program, const char *instance, enum log_level level)
{
	state.program = program;
	state.instance = instance;
	state.level = level;
	state.journal = stderr_is_journal();
}

void log_set_level(enum log_level level)
{
	state.level = level;
}

bool log_level_parse(const char *text, enum log_level *out)
{
	size_t i;

	for (i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (strcmp(text, levels[i].name) == 0) {
			*out = (enum log_level)i;
			return true;
		}
	return false;
}

void log_set_request(const char *request_id)
{
	state.request = request_id;
}

/* C0 controls, DEL and the UTF-8 spelling of C1 controls (0x85 is a newline to some). */
static bool is_control(const unsigned char *p)
{
	return *p < 0x20 || *p == 0x7f || (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0) ||
	       (*p >= 0x80 && *p < 0xa0 && p[-1] == 0xc2);
}

/* The spelling of one byte; returns its length, at most 4. */
static size_t byte_escape(const unsigned char *p, char out[4])
{
	static const char hex[] = "0123456789abcdef";

	out[0] = '\\';
	if (*p == '\\' || *p == '\n' || *p == '\t' || *p == '\r') {
		out[1] = *p == '\n' ? 'n' : *p == '\t' ? 't' : *p == '\r' ? 'r' : '\\';
		return 2;
	}
	if (!is_control(p)) {
		out[0] = (char)*p;
		return 1;
	}
	out[1] = 'x';
	out[2] = hex[*p >> 4];
	out[3] = hex[*p & 15];
	return 4;
}

/*
 * Appends text, escaped, up to the limit; what does not fit ends in "...". text[-1] is readable:
 * callers put a space there.
 */
static size_t text_append(char *line, size_t length, size_t limit, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	char out[4];
	size_t n;

	for (; *p; p++) {
		n = byte_escape(p, out);
		if (length + n > limit - 3) {
			memcpy(line + length, "...", 3);
			return length + 3;
		}
		memcpy(line + length, out, n);
		length += n;
	}
	return length;
}

/* What stands before the message. */
static size_t line_begin(char *line, size_t size, enum log_level level)
{
	char now[INSTANT_TEXT];
	int n;

	if (state.journal)
		n = snprintf(line, size, "<%c>", levels[level].priority);
	else
		n = snprintf(line, size, "%s %s[%s] %s: ", instant_format(clock_now(), now), state.program,
			     state.instance ? state.instance : "", levels[level].name);
	return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

static void line_write(const char *line, size_t length)
{
	while (write(STDERR_FILENO, line, length) < 0 && errno == EINTR)
		;
}

static void log_line(enum log_level level, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

static void log_line(enum log_level level, const char *format, va_list args)
{
	char line[LINE_SIZE], message[LINE_SIZE + 1], request[REQUEST_SIZE + 1];
	size_t length, tail = state.request ? REQUEST_SIZE : 0;
	int saved = errno;

	message[0] = ' ';
	if (vsnprintf(message + 1, LINE_SIZE, format, args) < 0)
		return;
	length = line_begin(line, 256, level);
	length = text_append(line, length, LINE_SIZE - 1 - tail, message + 1);
	if (state.request) {
		snprintf(request, sizeof(request), " request=%s", state.request);
		length = text_append(line, length, LINE_SIZE - 1, request);
	}
	line[length++] = '\n';
	line_write(line, length);
	errno = saved;
}

#define LOG_FUNCTION(function, at)             \
	void function(const char *format, ...) \
	{                                      \
		va_list args;                  \
                                               \
		if (state.level < at)          \
			return;                \
		va_start(args, format);        \
		log_line(at, format, args);    \
		va_end(args);                  \
	}

LOG_FUNCTION(log_error, LOG_LEVEL_ERROR)
LOG_FUNCTION(log_warning, LOG_LEVEL_WARNING)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)
