/*
 * bounce_mail.c - one mail that came back: read, judged, booked
 *
 * Whose mail it is about is told by the token in the envelope's recipient alone; the address that is
 * suppressed is the one that we sent to. So whoever forges a report can at most harm the address whose mail
 * gave him the token, which is his own.
 */
#include <openssl/evp.h>
#include <string.h>
#include <strings.h>
#include <talloc.h>

#include "gen/sql/notification.h"
#include "services/notification/address.h"
#include "services/notification/bounce.h"
#include "services/notification/bounce_mail.h"
#include "services/notification/bounce_status.h"
#include "services/notification/engagement_store.h"
#include "services/notification/unsubscribe.h"
#include "services/notification/verp.h"

enum {
	LOG_LINES_MAX = 200 /* of one message: whoever has its token may not fill the log */
};

/* Feedback loops want one address for all complaints; whose mail it is stands in the report. */
static const char complaints[] = "complaints@";

static bool is_complaints(const char *address)
{
	size_t n = strlen(complaints);

	return strncasecmp(address, complaints, n) == 0 &&
	       strcasecmp(address + n, sending.bounce_domain) == 0;
}

bool bounce_address(const struct notifier *n, const char *address)
{
	void *scratch = talloc_new(NULL);
	enum verp_purpose purpose;
	bool ours = is_complaints(address) ||
		    verp_read(scratch, address, n->secret, sending.bounce_domain, &purpose) != NULL;

	talloc_free(scratch);
	return ours;
}

static bool kind_of(const struct bounce *b, struct engagement_event *e)
{
	static const enum engagement_kind failed[BOUNCE_MEANING_COUNT] = {
		[BOUNCE_DEAD] = ENGAGEMENT_BOUNCED_HARD,
		[BOUNCE_PASSING] = ENGAGEMENT_BOUNCED_SOFT,
		[BOUNCE_REFUSED] = ENGAGEMENT_REJECTED};

	switch (b->kind) {
	case BOUNCE_FAILED:
		e->kind = failed[bounce_meaning(b->status)];
		e->given_up = true;
		return true;
	case BOUNCE_DELAYED:
		e->kind = ENGAGEMENT_DEFERRED;
		return true;
	case BOUNCE_DELIVERED:
		e->kind = ENGAGEMENT_DELIVERED;
		return true;
	case BOUNCE_COMPLAINT:
		e->kind = ENGAGEMENT_COMPLAINED;
		return true;
	case BOUNCE_UNSUBSCRIBE:
	case BOUNCE_OTHER:
	case BOUNCE_KIND_COUNT:
		break;
	}
	return false;
}

/* The same for the same report, however often and by whatever way it comes. */
static const char *fingerprint(const void *parent, const struct bounce *b)
{
	const char *const parts[] = {b->notification_id, b->recipient, b->action,   b->status,
				     b->reporting_mta,   b->arrival,   b->attempted};
	unsigned char hash[EVP_MAX_MD_SIZE];
	struct bytes *all = bytes_new(parent), *hex = bytes_new(parent);
	unsigned size, k;
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		bytes_put(all, parts[i], strlen(parts[i]) + 1);
	EVP_Digest(all->data, all->length, hash, &size, EVP_sha256(), NULL);
	for (k = 0; k < size; k++)
		bytes_print(hex, "%02x", hash[k]);
	return hex->data;
}

/* What goes into the log: printable, and without the recipient. */
static const char *detail(const void *parent, const struct bounce *b)
{
	const char *from = *b->remote_mta ? b->remote_mta : b->reporting_mta;
	char *text = talloc_asprintf(parent, "%s %s%s%s", *b->status ? b->status : b->action, b->diagnostic,
				     *from ? " by " : "", from),
	     *c;

	for (c = text; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return address_hide(parent, text, b->recipient);
}

/* Forwarding makes many recipients of our one: what is told of several counts once. */
static size_t to_events(const void *scratch, const struct bounces *found, struct engagement_event *events)
{
	unsigned told = 0;
	size_t i, count = 0;

	for (i = 0; i < found->count; i++) {
		struct engagement_event e = {.notification_id = found->list[i].notification_id,
					     .occurred_at = clock_now(),
					     .recipient = "",
					     .mailed = true};

		if (!kind_of(&found->list[i], &e) || told & 1U << e.kind)
			continue;
		told |= 1U << e.kind;
		e.provider_event_id = fingerprint(scratch, &found->list[i]);
		e.detail = detail(scratch, &found->list[i]);
		events[count++] = e;
	}
	return count;
}

static enum bounce_booked book_report(struct notifier *n, const void *scratch, const struct bounces *found,
				      const char **what)
{
	struct engagement_event events[BOUNCES_MAX];
	size_t count = to_events(scratch, found, events);
	const char *provider = found->list[0].kind == BOUNCE_COMPLAINT ? "arf" : "dsn";
	struct rows *r;

	*what = "other";
	if (count == 0)
		return BOUNCE_BOOKED;
	r = db_query(n->daemon->db, scratch, SQL_NOTIFICATION_GET_TOLD, "t", found->list[0].notification_id);
	if (db_failed(n->daemon->db))
		return BOUNCE_LOST;
	if (rows_count(r) == 0 || row_integer(r, 0, 1) >= LOG_LINES_MAX) {
		*what = rows_count(r) == 0 ? "forgotten" : "too_much";
		return BOUNCE_BOOKED;
	}
	if (row_integer(r, 0, 0) == INTENT_SENDING)
		return BOUNCE_EARLY;
	*what = engagement_name(events[0].kind);
	return engagement_record(n->daemon, scratch, provider, NULL, events, count) ? BOUNCE_BOOKED
										    : BOUNCE_LOST;
}

enum bounce_booked bounce_book(struct notifier *n, const void *scratch, const struct lmtp_mail *mail,
			       const char *recipient, const char **what)
{
	struct bounce_settings settings = {sending.bounce_domain, n->secret, sending.mail_domain};
	struct bounces *found = bounce_read(scratch, &settings, recipient, mail->body->data,
					    mail->body->length);
	const struct bounce *first = found ? found->list : NULL;

	*what = "other";
	if (first == NULL)
		return BOUNCE_BOOKED;
	if (!first->authentic) {
		*what = "unproven";
		return BOUNCE_UNPROVEN;
	}
	if (first->kind != BOUNCE_UNSUBSCRIBE)
		return book_report(n, scratch, found, what);
	if (mail->from[0] == '\0')
		return BOUNCE_BOOKED; /* a machine's: no person writes from the null sender */
	*what = "unsubscribed";
	return unsubscribe_by_mail(n->daemon, scratch, first->notification_id);
}
