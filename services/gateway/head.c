/*
 * head.c - one request head, cut into pieces and judged
 *
 * Whoever sits in front of the gateway must read the same request as the gateway does, so
 * whatever two readers could understand differently is refused by name.
 */
#include <string.h>
#include <strings.h>

#include "services/gateway/head.h"

static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

static bool refuse(struct head_fault *fault, enum error e, const char *detail)
{
	fault->error = e;
	fault->detail = detail;
	return false;
}

/* RFC 9110's tchar. */
static bool is_token_byte(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

const char *head_get(const struct head *h, const char *name)
{
	size_t i;

	for (i = 0; i < h->count; i++)
		if (strcmp(h->headers[i].name, name) == 0)
			return h->headers[i].value;
	return NULL;
}

static bool method_known(const char *method)
{
	size_t i;

	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(methods[i], method) == 0)
			return true;
	return false;
}

/* The target: origin form only, visible ASCII, cut at "?". */
static bool target_parse(char *target, struct head *out, struct head_fault *fault)
{
	char *p;

	if (target[0] != '/' || target[1] == '/')
		return refuse(fault, ERR_MALFORMED,
			      "the request target must be a path that begins with one \"/\"");
	for (p = target; *p; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f || *p == '#')
			return refuse(fault, ERR_MALFORMED,
				      "the request target has a byte that must be percent-encoded");
	p = strchr(target, '?');
	if (p)
		*p++ = '\0';
	out->path = target;
	out->query = p;
	return true;
}

static bool request_line_parse(char *line, struct head *out, struct head_fault *fault)
{
	char *target = strchr(line, ' '), *version, *p;

	if (target == NULL || target == line)
		return refuse(fault, ERR_MALFORMED, "the request line is not \"METHOD TARGET VERSION\"");
	*target++ = '\0';
	version = strchr(target, ' ');
	if (version == NULL)
		return refuse(fault, ERR_MALFORMED, "the request line is not \"METHOD TARGET VERSION\"");
	*version++ = '\0';
	if (strcmp(version, "HTTP/1.1") != 0 && strcmp(version, "HTTP/1.0") != 0)
		return refuse(fault, ERR_MALFORMED, "the version is not HTTP/1.1 or HTTP/1.0");
	for (p = line; *p; p++)
		if (!is_token_byte((unsigned char)*p))
			return refuse(fault, ERR_MALFORMED, "the method is not a name");
	if (!method_known(line))
		return refuse(fault, ERR_NOT_IMPLEMENTED, "this method is not known here");
	out->method = line;
	out->minor = version[7] - '0';
	return target_parse(target, out, fault);
}

static bool header_parse(char *line, struct head *out, struct head_fault *fault)
{
	struct head_header *h = &out->headers[out->count];
	char *p, *value, *end;

	if (*line == ' ' || *line == '\t')
		return refuse(fault, ERR_MALFORMED, "a header is folded over two lines");
	for (p = line; is_token_byte((unsigned char)*p); p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + ('a' - 'A'));
	if (p == line || *p != ':')
		return refuse(fault, ERR_MALFORMED, "a header line is not \"Name: value\"");
	*p = '\0';
	value = p + 1 + strspn(p + 1, " \t");
	end = value + strlen(value);
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*end = '\0';
	h->name = line;
	h->value = value;
	out->count++;
	return true;
}

/* A header that may come once at most. */
static bool once(const struct head *h, const char *name, const char **value, struct head_fault *fault,
		 const char *detail)
{
	size_t i;

	*value = NULL;
	for (i = 0; i < h->count; i++) {
		if (strcmp(h->headers[i].name, name) != 0)
			continue;
		if (*value)
			return refuse(fault, ERR_MALFORMED, detail);
		*value = h->headers[i].value;
	}
	return true;
}

static bool length_parse(const char *text, struct head *out, struct head_fault *fault)
{
	size_t digits = strspn(text, "0123456789"), i;

	if (digits == 0 || text[digits] != '\0' || digits > 18)
		return refuse(fault, ERR_MALFORMED, "Content-Length is not a plain number");
	for (i = 0; i < digits; i++)
		out->length = out->length * 10 + (uint64_t)(text[i] - '0');
	out->has_length = true;
	return true;
}

/* Where the body ends must have one reading only. */
static bool framing_judge(struct head *out, struct head_fault *fault)
{
	const char *length, *coding;

	if (!once(out, "content-length", &length, fault, "Content-Length is given more than once") ||
	    !once(out, "transfer-encoding", &coding, fault, "Transfer-Encoding is given more than once"))
		return false;
	if (length && coding)
		return refuse(fault, ERR_MALFORMED,
			      "Content-Length and Transfer-Encoding exclude each other");
	if (coding) {
		if (out->minor == 0 || strcasecmp(coding, "chunked") != 0)
			return refuse(fault, ERR_MALFORMED, "the only Transfer-Encoding here is chunked");
		out->chunked = true;
	}
	return length == NULL || length_parse(length, out, fault);
}

static bool headers_judge(struct head *out, struct head_fault *fault)
{
	const char *value;

	if (!once(out, "host", &value, fault, "Host is given more than once"))
		return false;
	if (out->minor == 1 && value == NULL)
		return refuse(fault, ERR_MALFORMED, "Host is missing");
	if (!once(out, "authorization", &value, fault, "Authorization is given more than once") ||
	    !once(out, "content-type", &value, fault, "Content-Type is given more than once") ||
	    !once(out, "expect", &value, fault, "Expect is given more than once"))
		return false;
	if (value && strcasecmp(value, "100-continue") != 0)
		return refuse(fault, ERR_MALFORMED, "the only expectation known here is 100-continue");
	return framing_judge(out, fault);
}

bool head_parse(char *text, size_t length, struct head *out, struct head_fault *fault)
{
	char *line = text, *end = text + length, *next;

	out->count = 0;
	out->chunked = out->has_length = false;
	out->length = 0;
	while (line < end && (next = memchr(line, '\r', (size_t)(end - line))) != NULL && next != line) {
		*next = '\0';
		if (line == text) {
			if (!request_line_parse(line, out, fault))
				return false;
		} else if (out->count == HEAD_HEADERS_MAX) {
			return refuse(fault, ERR_HEADERS_TOO_LARGE, "more than 100 headers");
		} else if (!header_parse(line, out, fault)) {
			return false;
		}
		line = next + 2;
	}
	if (line == text)
		return refuse(fault, ERR_MALFORMED, "the request line is empty");
	return headers_judge(out, fault);
}
