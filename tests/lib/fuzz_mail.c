/*
 * fuzz_mail.c - libFuzzer's way into what comes over LMTP: the conversation, and the reading of a mail
 *
 * `make fuzz FUZZ_SECONDS=600` builds it with clang and runs it; it is no part of `make check`.
 */
#include <stdint.h>
#include <stdlib.h>
#include <talloc.h>

#include "services/notification/bounce.h"
#include "services/notification/bounce_status.h"
#include "services/notification/lmtp_session.h"
#include "services/notification/verp.h"

#define DOMAIN "bounce.example.com"
#define SECRET "a secret of the tests"

static const struct bounce_settings settings = {DOMAIN, SECRET, "example.com"};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_mail(const void *parent, const char *address, const char *mail, size_t length)
{
	struct bounces *found = bounce_read(parent, &settings, address, mail, length);
	size_t i;

	for (i = 0; found && i < found->count; i++)
		if (bounce_meaning(found->list[i].status) >= BOUNCE_MEANING_COUNT)
			abort();
}

static bool is_ours(void *context, const char *address)
{
	(void)context;
	return verp_shaped(address, DOMAIN);
}

static void take(void *context, struct lmtp_mail *m)
{
	enum lmtp_verdict verdicts[LMTP_RECIPIENTS_MAX] = {LMTP_TAKEN};

	read_mail(context, m->recipients[0], m->body->data, m->body->length);
	lmtp_answer(m, verdicts);
}

/* In pieces of the size that the first byte says. */
static void converse(void *top, const char *text, size_t length, size_t piece)
{
	static const struct lmtp_settings lmtp = {.host = "h", .size_max = 100000};
	struct lmtp_hooks hooks = {top, is_ours, take};
	struct lmtp_session *s = lmtp_session_new(top, &lmtp, &hooks);
	size_t at = 0, n;

	while (at < length && !s->closing) {
		n = length - at < piece ? length - at : piece;
		at += lmtp_session_take(s, text + at, n);
		s->replies->length = 0;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *top = talloc_new(NULL);
	const char *text = (const char *)data + 1;

	if (size > 0 && data[0] < 128)
		converse(top, text, size - 1, data[0] + 1u);
	else if (size > 0)
		read_mail(top, verp_make(top, VERP_BOUNCE, "01JDABCDEFGHJKMNPQRSTVWXY0", SECRET, DOMAIN),
			  text, size - 1);
	talloc_free(top);
	return 0;
}
