/*
 * push_judge.c - answers that did not come, waits, and words of others
 */
#include <string.h>
#include <talloc.h>

#include "services/notification/push_judge.h"
#include "services/notification/retry_after.h"

bool push_meaning_find(const struct push_meaning *rows, const char *word, enum outcome *outcome)
{
	for (; rows->word; rows++) {
		if (strcmp(rows->word, word) == 0) {
			*outcome = rows->outcome;
			return true;
		}
	}
	return false;
}

void push_clear(struct step_out *out)
{
	*out = (struct step_out){.code = "", .detail = "", .provider_ref = "", .new_address = ""};
}

enum step push_done(struct step_out *out, enum outcome outcome, const char *code, const char *detail)
{
	out->outcome = outcome;
	out->code = code;
	out->detail = detail;
	return STEP_DONE;
}

enum step push_later(struct step_out *out, const struct answer *a, int64_t fallback, const char *code,
		     const char *detail)
{
	if (!retry_after_read(a->headers, a->now, &out->retry_after))
		out->retry_after = fallback;
	return push_done(out, OUTCOME_RETRY, code, detail);
}

bool push_unanswered(const void *parent, const struct answer *a, bool sending, struct step_out *out)
{
	if (a->transported)
		return false;
	push_done(out, a->unknown && sending ? OUTCOME_UNKNOWN : OUTCOME_RETRY, "no_answer",
		  a->error && *a->error ? talloc_strdup(parent, a->error) : "no answer");
	return true;
}

const char *push_status_code(const void *parent, int status)
{
	return talloc_asprintf(parent, "http_%d", status);
}

bool push_status_passes(int status)
{
	return status == 408 || status == 429 || status >= 500;
}

const char *push_word(const void *parent, const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
	size_t length = strspn(text, plain);

	return length > 0 && length <= 64 && text[length] == '\0' ? talloc_strdup(parent, text) : NULL;
}
