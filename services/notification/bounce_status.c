/*
 * bounce_status.c - what the status of a delivery that failed means for the address
 *
 * Which codes say "dead" is smtp_reply.c's to know, so that a mailbox is judged the same whether it is
 * refused at once or later. The rest is told apart here: only what was said against this mail or its sender
 * does not count against the address. Unknown codes count, because it takes three of them to matter.
 */
#include <stddef.h>

#include "services/notification/bounce_status.h"
#include "services/notification/smtp_reply.h"

enum {
	ANY = -1
};

/* Of class 5, the first match counts. */
static const struct {
	int subject, detail;
	enum bounce_meaning meaning;
} statuses[] = {
	{1, 7, BOUNCE_REFUSED}, /* the sender's address is malformed */
	{1, 8, BOUNCE_REFUSED}, /* the sender's domain is not known */
	{2, 2, BOUNCE_PASSING}, /* mailbox full */
	{2, 3, BOUNCE_REFUSED}, /* the mail is longer than this mailbox takes */
	{3, 4, BOUNCE_REFUSED}, /* the mail is longer than the system takes */
	{4, 1,
	 BOUNCE_PASSING}, /* no answer; Exchange Online: no such recipient, or a directory out of order */
	{4, 4, BOUNCE_PASSING},   /* the domain is not found: a lapsed one comes back now and then */
	{4, 7, BOUNCE_PASSING},   /* was tried until it was too old */
	{5, 0, BOUNCE_PASSING},   /* "undefined", where a mailbox is often meant */
	{5, ANY, BOUNCE_REFUSED}, /* our commands were not understood */
	{6, ANY, BOUNCE_REFUSED}, /* the content could not be converted */
	{7, ANY, BOUNCE_REFUSED}, /* policy, spam, authentication: 5.7.1, 5.7.26, Outlook's 5.7.515 */
};

static const char *const names[BOUNCE_MEANING_COUNT] = {"dead", "passing", "refused"};

const char *bounce_meaning_name(enum bounce_meaning m)
{
	return names[m];
}

enum bounce_meaning bounce_meaning(const char *status)
{
	int class, subject, detail;
	size_t i;

	if (!smtp_enhanced_read(status, &class, &subject, &detail) || class != 5)
		return BOUNCE_PASSING;
	if (smtp_dead(class, subject, detail))
		return BOUNCE_DEAD;
	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (subject == statuses[i].subject &&
		    (detail == statuses[i].detail || statuses[i].detail == ANY))
			return statuses[i].meaning;
	return BOUNCE_PASSING;
}
