/*
 * pattern_find.c - a pattern's instructions over a text, all ways at once (Thompson's way)
 */
#include <talloc.h>

#include "common/pattern_program.h"

/* The instructions that are reached at a place in the text, each once. */
struct reached {
	size_t *at, count;
};

struct search {
	const struct pattern *pattern;
	int64_t *steps;
	struct reached now, next;
	size_t *marks; /* the place that an instruction was reached at last, counted from 1 */
	size_t *stack;
	size_t place;
	uint32_t before, here; /* characters around the place; NONE at the ends */
};

#define NONE UINT32_MAX

/* The next character of valid UTF-8. */
static uint32_t decode(const unsigned char *text, size_t length, size_t *at)
{
	unsigned char first = text[(*at)++];
	int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
	uint32_t c = more == 0 ? first : first & (0x3fu >> more);

	for (; more > 0 && *at < length; more--)
		c = c << 6 | (text[(*at)++] & 0x3f);
	return c;
}

static bool is_word(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool in_set(const struct pattern_set *set, uint32_t c)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		if (c >= set->ranges[i].from && c <= set->ranges[i].to)
			return !set->inverted;
	return set->inverted;
}

static bool holds(const struct search *s, enum pattern_op op)
{
	bool edge = is_word(s->before) != is_word(s->here);

	switch (op) {
	case PATTERN_BEGIN:
		return s->before == NONE;
	case PATTERN_END:
		return s->here == NONE;
	case PATTERN_WORD_EDGE:
		return edge;
	case PATTERN_NO_WORD_EDGE:
		return !edge;
	case PATTERN_CHAR:
	case PATTERN_SET:
	case PATTERN_SPLIT:
	case PATTERN_JUMP:
	case PATTERN_MATCH:
		break;
	}
	return true;
}

static void push(struct search *s, size_t at, size_t *depth)
{
	if (s->marks[at] == s->place)
		return;
	s->marks[at] = s->place;
	s->stack[(*depth)++] = at;
	(*s->steps)--;
}

/* Follows what needs no character from `at` into `to`. True: the pattern matches. */
static bool follow(struct search *s, size_t at, struct reached *to)
{
	const struct pattern_step *step;
	size_t depth = 0;

	push(s, at, &depth);
	while (depth > 0) {
		at = s->stack[--depth];
		step = &s->pattern->steps[at];
		switch (step->op) {
		case PATTERN_MATCH:
			return true;
		case PATTERN_CHAR:
		case PATTERN_SET:
			to->at[to->count++] = at;
			break;
		case PATTERN_SPLIT:
			push(s, step->y, &depth);
			push(s, step->x, &depth);
			break;
		case PATTERN_JUMP:
			push(s, step->x, &depth);
			break;
		case PATTERN_BEGIN:
		case PATTERN_END:
		case PATTERN_WORD_EDGE:
		case PATTERN_NO_WORD_EDGE:
			if (holds(s, step->op))
				push(s, at + 1, &depth);
			break;
		}
	}
	return false;
}

/* Takes one character. The marks of the place behind it are made with what stands around that place. */
static bool take(struct search *s, uint32_t c)
{
	const struct pattern_step *step;
	struct reached done;
	size_t i;

	for (i = 0; i < s->now.count; i++) {
		step = &s->pattern->steps[s->now.at[i]];
		if (step->op == PATTERN_CHAR ? step->c == c : in_set(step->set, c))
			if (follow(s, s->now.at[i] + 1, &s->next))
				return true;
	}
	done = s->now;
	s->now = s->next;
	s->next = done;
	s->next.count = 0;
	return false;
}

static bool search(struct search *s, const unsigned char *text, size_t length)
{
	size_t at = 0;
	uint32_t taken;

	s->before = NONE;
	s->here = length > 0 ? decode(text, length, &at) : NONE;
	s->place = 1;
	while (*s->steps >= 0) {
		if (follow(s, 0, &s->now))
			return true;
		if (s->here == NONE)
			return false;
		taken = s->before = s->here;
		s->here = at < length ? decode(text, length, &at) : NONE;
		s->place++; /* what is reached from here on stands behind the character */
		if (take(s, taken))
			return true;
		(*s->steps)--;
	}
	return false;
}

bool pattern_find(const struct pattern *p, const char *text, size_t length, int64_t *steps)
{
	struct search *s = talloc_zero(NULL, struct search);
	bool found;

	s->pattern = p;
	s->steps = steps;
	s->now.at = talloc_array(s, size_t, p->count);
	s->next.at = talloc_array(s, size_t, p->count);
	s->marks = talloc_zero_array(s, size_t, p->count);
	s->stack = talloc_array(s, size_t, p->count);
	found = search(s, (const unsigned char *)text, length) && *steps >= 0;
	talloc_free(s);
	return found;
}
