/*
 * query.c - percent-decoding, and "?name=value&..." into the call's values
 */
#include <string.h>
#include <talloc.h>

#include "services/gateway/gateway.h"

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* How many bytes the character at p has; 0 if it is not UTF-8 (RFC 3629) or is a control. */
static size_t character_length(const unsigned char *p)
{
	size_t n, i;
	uint32_t code;

	if (*p < 0x80)
		return *p >= ' ' && *p != 0x7f;
	if (*p < 0xc2 || *p > 0xf4)
		return 0;
	n = *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;
	code = *p & (0xffu >> (n + 1));
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3fu);
	}
	if ((n == 3 && code < 0x800) || (n == 4 && (code < 0x10000 || code > 0x10ffff)))
		return 0;
	return code >= 0xd800 && code <= 0xdfff ? 0 : n;
}

bool percent_decode(char *text, bool plus_is_space)
{
	char *in, *out = text;
	size_t n;
	int high, low;

	for (in = text; *in; in++) {
		if (*in == '%') {
			high = hex_value(in[1]);
			low = high < 0 ? -1 : hex_value(in[2]);
			if (low < 0 || (high | low) == 0)
				return false;
			*out++ = (char)(high * 16 + low);
			in += 2;
		} else {
			*out++ = *in == '+' && plus_is_space ? ' ' : *in;
		}
	}
	*out = '\0';
	for (; *text; text += n)
		if ((n = character_length((unsigned char *)text)) == 0)
			return false;
	return true;
}

static bool fault(struct call *call, const char *detail)
{
	call->error = ERR_INVALID;
	call->detail = detail;
	return false;
}

/* "query.NAME" under the call; the frame's names have at most 255 bytes. */
static bool value_add(struct call *call, const char *name, const char *value)
{
	enum {
		NAME_MAX_LENGTH = 64
	};
	const char *full;
	size_t i;

	if (strlen(name) > NAME_MAX_LENGTH)
		return fault(call, "a query parameter's name is longer than 64 bytes");
	full = talloc_asprintf(call, "query.%s", name);
	for (i = 0; i < call->value_count; i++)
		if (strcmp(call->values[i].name, full) == 0)
			return fault(call,
				     talloc_asprintf(call, "the query parameter %s is given more than once",
						     name));
	if (call->value_count == CALL_VALUES_MAX)
		return fault(call, "too many query parameters");
	call->values[call->value_count].name = full;
	call->values[call->value_count++].value = value;
	return true;
}

bool query_parse(struct call *call, char *query)
{
	char *pair, *value;

	while ((pair = strsep(&query, "&")) != NULL) {
		if (*pair == '\0')
			continue;
		value = strchr(pair, '=');
		if (value)
			*value++ = '\0';
		else
			value = pair + strlen(pair);
		if (!percent_decode(pair, true) || !percent_decode(value, true))
			return fault(call, "a query parameter is not percent-encoded UTF-8");
		if (!value_add(call, pair, value))
			return false;
	}
	return true;
}
