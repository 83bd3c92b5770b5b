/*
 * pattern_set.c - characters, escaped ones and sets of them in the text of a regular expression
 */
#include <string.h>
#include <talloc.h>

#include "common/pattern_tree.h"

#define CHARACTER_MAX 0x10ffffu

static const struct pattern_range digits[] = {{'0', '9'}};
static const struct pattern_range words[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
static const struct pattern_range spaces[] = {
	{0x9, 0xd},       {0x20, 0x20},     {0xa0, 0xa0},     {0x1680, 0x1680}, {0x2000, 0x200a},
	{0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}, {0xfeff, 0xfeff}};
static const struct pattern_range line_ends[] = {{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}};

void *pattern_refuse(struct pattern_reading *r, const char *fault)
{
	if (r->fault == NULL)
		r->fault = fault;
	return NULL;
}

bool pattern_next_is(struct pattern_reading *r, const char *text)
{
	size_t length = strlen(text);

	if ((size_t)(r->end - r->at) < length || memcmp(r->at, text, length) != 0)
		return false;
	r->at += length;
	return true;
}

/* --- characters ---------------------------------------------------------------------------------- */

uint32_t pattern_character(struct pattern_reading *r)
{
	unsigned char first = (unsigned char)*r->at++;
	int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
	uint32_t c = more == 0 ? first : first & (0x3fu >> more);

	for (; more > 0 && r->at < r->end; more--)
		c = c << 6 | ((unsigned char)*r->at++ & 0x3f);
	return c;
}

static int hex_value(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* So many hexadecimal digits; false: they are not there, and nothing is taken. */
static bool read_hex(struct pattern_reading *r, int count, uint32_t *c)
{
	int i;

	*c = 0;
	if (r->end - r->at < count)
		return false;
	for (i = 0; i < count; i++) {
		if (hex_value(r->at[i]) < 0)
			return false;
		*c = *c << 4 | (uint32_t)hex_value(r->at[i]);
	}
	r->at += count;
	return true;
}

/* Behind \u: four digits, a pair of surrogates, or digits in braces. */
static bool read_unicode(struct pattern_reading *r, uint32_t *c)
{
	uint32_t low;
	const char *from;

	if (pattern_next_is(r, "{")) {
		for (*c = 0, from = r->at; r->at < r->end && hex_value(*r->at) >= 0 && *c <= CHARACTER_MAX;
		     r->at++)
			*c = *c << 4 | (uint32_t)hex_value(*r->at);
		return r->at > from && *c <= CHARACTER_MAX && pattern_next_is(r, "}");
	}
	if (!read_hex(r, 4, c))
		return false;
	if (*c < 0xd800 || *c > 0xdfff)
		return true;
	if (*c > 0xdbff || !pattern_next_is(r, "\\u") || !read_hex(r, 4, &low) || low < 0xdc00 ||
	    low > 0xdfff)
		return false;
	*c = 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00);
	return true;
}

static bool control_letter(const struct pattern_reading *r)
{
	return r->at < r->end && ((*r->at >= 'a' && *r->at <= 'z') || (*r->at >= 'A' && *r->at <= 'Z'));
}

/* Behind a backslash: what stands for one character. */
bool pattern_escaped(struct pattern_reading *r, uint32_t *c)
{
	static const char from[] = "tnrvf", to[] = "\t\n\r\v\f", signs[] = "^$\\.*+?()[]{}|/-";
	const char *found;
	char letter;

	if (r->at == r->end)
		return pattern_refuse(r, "ends with a backslash");
	letter = *r->at++;
	*c = (unsigned char)letter;
	if (strchr(signs, letter) != NULL)
		return true;
	if ((found = strchr(from, letter)) != NULL) {
		*c = (unsigned char)to[found - from];
		return true;
	}
	if (letter == 'c' && control_letter(r)) {
		*c = (unsigned char)*r->at++ % 32;
		return true;
	}
	if ((letter == 'x' && read_hex(r, 2, c)) || (letter == 'u' && read_unicode(r, c)))
		return true;
	if (letter >= '0' && letter <= '9')
		return pattern_refuse(r, "has a back reference, which is not supported");
	if (letter == 'p' || letter == 'P')
		return pattern_refuse(r, "has \\p{}, which is not supported");
	return pattern_refuse(r, "has a backslash before something that it does not stand before");
}

/* --- sets ---------------------------------------------------------------------------------------- */

static void add_range(struct pattern_reading *r, struct pattern_set *set, uint32_t from, uint32_t to)
{
	set->ranges = talloc_realloc(r->parent, set->ranges, struct pattern_range, set->count + 1);
	set->ranges[set->count++] = (struct pattern_range){from, to};
}

/* The ranges are in order: what lies between them is everything else. */
static void add_ranges(struct pattern_reading *r, struct pattern_set *set, const struct pattern_range *ranges,
		       size_t count, bool others)
{
	uint32_t from = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		if (!others)
			add_range(r, set, ranges[i].from, ranges[i].to);
		else if (ranges[i].from > from)
			add_range(r, set, from, ranges[i].from - 1);
		from = ranges[i].to + 1;
	}
	if (others)
		add_range(r, set, from, CHARACTER_MAX);
}

/* \d, \D, \w, \W, \s, \S at a backslash. */
bool pattern_add_named(struct pattern_reading *r, struct pattern_set *set)
{
	char letter = r->end - r->at < 2 || *r->at != '\\' ? '\0' : r->at[1];

	if (letter == 'd' || letter == 'D')
		add_ranges(r, set, digits, sizeof(digits) / sizeof(digits[0]), letter == 'D');
	else if (letter == 'w' || letter == 'W')
		add_ranges(r, set, words, sizeof(words) / sizeof(words[0]), letter == 'W');
	else if (letter == 's' || letter == 'S')
		add_ranges(r, set, spaces, sizeof(spaces) / sizeof(spaces[0]), letter == 'S');
	else
		return false;
	r->at += 2;
	return true;
}

static bool set_character(struct pattern_reading *r, uint32_t *c)
{
	if (pattern_next_is(r, "\\b")) {
		*c = '\b';
		return true;
	}
	if (pattern_next_is(r, "\\"))
		return pattern_escaped(r, c);
	if (r->at == r->end)
		return pattern_refuse(r, "has a [ without its ]");
	*c = pattern_character(r);
	return true;
}

static bool set_item(struct pattern_reading *r, struct pattern_set *set)
{
	struct pattern_set unused = {0};
	uint32_t from, to;

	if (pattern_add_named(r, set))
		return r->end - r->at < 2 || r->at[0] != '-' || r->at[1] == ']' ||
		       pattern_refuse(r, "has a range that begins with a class");
	if (!set_character(r, &from))
		return false;
	to = from;
	if (r->end - r->at >= 2 && r->at[0] == '-' && r->at[1] != ']') {
		r->at++;
		if (pattern_add_named(r, &unused))
			return pattern_refuse(r, "has a range that ends with a class");
		if (!set_character(r, &to))
			return false;
		if (to < from)
			return pattern_refuse(r, "has a range that runs backwards");
	}
	add_range(r, set, from, to);
	return true;
}

/* . stands for everything but the end of a line. */
void pattern_add_dot(struct pattern_reading *r, struct pattern_set *set)
{
	add_ranges(r, set, line_ends, sizeof(line_ends) / sizeof(line_ends[0]), true);
}

bool pattern_read_set(struct pattern_reading *r, struct pattern_set *set)
{
	set->inverted = pattern_next_is(r, "^");
	while (!pattern_next_is(r, "]")) {
		if (r->at == r->end)
			return pattern_refuse(r, "has a [ without its ]");
		if (!set_item(r, set))
			return false;
	}
	return true;
}
