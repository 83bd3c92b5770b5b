/*
 * smtp_reply.c - what an SMTP server's last reply means for a delivery
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <talloc.h>

#include "services/notification/smtp_reply.h"

enum {
	ANY = -1,
	TEXT_MAX = 200
};

/* Replies to AUTH and to commands without it (RFC 4954 6): our credentials, whatever else they say. */
static const int auth_codes[] = {530, 534, 535, 538};

/* Enhanced codes of class 5, the first match counts. What a list or a person decided about one mail is
 * refused; what would befall every mail from here is broken; only what says "no such mailbox" is dead. */
static const struct {
	int subject, detail;
	enum outcome outcome;
} enhanced[] = {
	{1, 1, OUTCOME_DEAD},     /* bad destination mailbox */
	{1, 2, OUTCOME_DEAD},     /* bad destination system */
	{1, 3, OUTCOME_DEAD},     /* bad destination syntax */
	{1, 6, OUTCOME_DEAD},     /* mailbox has moved */
	{1, 10, OUTCOME_DEAD},    /* null MX, RFC 7505 */
	{1, 7, OUTCOME_BROKEN},   /* bad sender's address syntax */
	{1, 8, OUTCOME_BROKEN},   /* bad sender's system */
	{2, 1, OUTCOME_DEAD},     /* mailbox disabled */
	{3, 4, OUTCOME_REFUSED},  /* message too big for system */
	{5, 0, OUTCOME_REFUSED},  /* "undefined", seen where a mailbox is meant */
	{5, 3, OUTCOME_REFUSED},  /* too many recipients */
	{5, ANY, OUTCOME_BROKEN}, /* protocol: our commands are not understood */
	{7, 8, OUTCOME_BROKEN},   /* credentials invalid */
	{7, 9, OUTCOME_BROKEN},   /* mechanism too weak */
	{7, 10, OUTCOME_BROKEN},  /* encryption needed */
	{7, 11, OUTCOME_BROKEN},  /* encryption required for the mechanism */
	{7, 13, OUTCOME_BROKEN},  /* user account disabled */
	{7, 14, OUTCOME_BROKEN},  /* trust relationship required */
	{7, 20, OUTCOME_BROKEN},  /* no passing DKIM signature, RFC 7372 */
	{7, 21, OUTCOME_BROKEN},  /* no acceptable DKIM signature */
	{7, 22, OUTCOME_BROKEN},  /* no valid author-matched DKIM signature */
	{7, 23, OUTCOME_BROKEN},  /* SPF failed */
	{7, 24, OUTCOME_BROKEN},  /* SPF error */
	{7, 25, OUTCOME_BROKEN},  /* reverse DNS failed */
	{7, 26, OUTCOME_BROKEN},  /* several authentication checks failed */
	{7, 27, OUTCOME_BROKEN},  /* sender's address has a null MX, RFC 7505 */
	{7, 57, OUTCOME_BROKEN},  /* Exchange: client was not authenticated */
	{7, 60, OUTCOME_BROKEN},  /* Exchange: no permission to send as this sender */
	{7, 509, OUTCOME_BROKEN}, /* Outlook: DMARC failed */
	{7, 515, OUTCOME_BROKEN}, /* Outlook: the domain does not meet the requirements of bulk senders */
};

/* Reply codes without an enhanced one. 550 and 554 alone may be a mailbox or a policy: not dead. */
static const struct {
	int code;
	enum outcome outcome;
} plain[] = {
	{500, OUTCOME_BROKEN}, {501, OUTCOME_BROKEN}, {502, OUTCOME_BROKEN},  {503, OUTCOME_BROKEN},
	{504, OUTCOME_BROKEN}, {521, OUTCOME_BROKEN}, {552, OUTCOME_REFUSED}, {555, OUTCOME_BROKEN},
	{556, OUTCOME_DEAD}, /* the domain takes no mail, RFC 7504 */
};

/* Words of a relay that does not know us; the codes they come with say "policy" only. */
static const char *const relay_words[] = {"relay access denied", "relaying denied", "relay not permitted",
					  "relaying not allowed"};

/* "123" of at most three digits, no sign, no leading zero but 0 itself; how many characters. */
static int number(const char *text, int *out)
{
	int n = (int)strspn(text, "0123456789");

	if (n < 1 || n > 3 || (n > 1 && *text == '0'))
		return 0;
	*out = (int)strtol(text, NULL, 10);
	return n;
}

int smtp_enhanced_read(const char *text, int *class, int *subject, int *detail)
{
	const char *p = text + (*text == '#');
	char first = *p;
	int n;

	*class = 0;
	if ((first != '2' && first != '4' && first != '5') || p[1] != '.')
		return 0;
	if ((n = number(p + 2, subject)) == 0 || p[2 + n] != '.')
		return 0;
	p += 3 + n;
	if ((n = number(p, detail)) == 0 || (p[n] != '\0' && !strchr(" \t\r\n:;-", p[n])))
		return 0;
	*class = first - '0';
	return (int)(p + n - text);
}

/* A line without what does not print. */
static const char *printable(const void *parent, const char *text)
{
	char *out = talloc_strndup(parent, text,
				   strcspn(text, "\r\n") < TEXT_MAX ? strcspn(text, "\r\n") : TEXT_MAX);
	char *c;

	for (c = out; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return out;
}

struct smtp_reply smtp_reply_read(const void *parent, const char *lines, int code)
{
	struct smtp_reply r = {.code = code, .text = ""};
	const char *line = lines ? lines : "", *last = NULL, *end;
	char wanted[8];
	int n;

	snprintf(wanted, sizeof(wanted), "%03d", code % 1000);
	while (*line) {
		if (strncmp(line, wanted, 3) == 0 && (line[3] == ' ' || line[3] == '-'))
			last = line + 4;
		end = strchr(line, '\n');
		line = end ? end + 1 : "";
	}
	if (last == NULL)
		return r;
	n = smtp_enhanced_read(last, &r.class, &r.subject, &r.detail);
	if (r.class != code / 100) /* RFC 2034 4: they agree, or the enhanced one is not one */
		r.class = n = 0;
	last += n;
	r.text = printable(parent, last + strspn(last, " \t"));
	return r;
}

static bool relay_denied(const char *text)
{
	size_t i;

	for (i = 0; i < sizeof(relay_words) / sizeof(relay_words[0]); i++)
		if (strcasestr(text, relay_words[i]))
			return true;
	return false;
}

enum outcome smtp_outcome(const struct smtp_reply *r)
{
	size_t i;

	if (r->code / 100 == 4)
		return OUTCOME_RETRY;
	for (i = 0; i < sizeof(auth_codes) / sizeof(auth_codes[0]); i++)
		if (r->code == auth_codes[i])
			return OUTCOME_BROKEN;
	if (relay_denied(r->text))
		return OUTCOME_BROKEN;
	for (i = 0; r->class && i < sizeof(enhanced) / sizeof(enhanced[0]); i++)
		if (r->subject == enhanced[i].subject &&
		    (r->detail == enhanced[i].detail || enhanced[i].detail == ANY))
			return enhanced[i].outcome;
	for (i = 0; !r->class && i < sizeof(plain) / sizeof(plain[0]); i++)
		if (r->code == plain[i].code)
			return plain[i].outcome;
	return OUTCOME_REFUSED;
}

bool smtp_dead(int class, int subject, int detail)
{
	struct smtp_reply r = {.code = class * 100 + 50, class, subject, detail, ""};

	return class == 5 && smtp_outcome(&r) == OUTCOME_DEAD;
}
