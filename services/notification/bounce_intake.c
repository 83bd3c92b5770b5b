/*
 * bounce_intake.c - mails that come back over LMTP, booked before they are acknowledged
 *
 * The server only lays mails down; the job books them between other work, and then they are answered. Of
 * several instances with the same address one listens; the others look every second whether it has gone.
 */
#include <talloc.h>

#include "common/log.h"
#include "services/notification/bounce_intake.h"
#include "services/notification/bounce_mail.h"

enum {
	EARLY_WAIT = SECOND / 10,   /* until a mail that came back too early is looked at again */
	EARLY_LONGEST = 5 * SECOND, /* then its relay is to keep it */
	LISTEN_AGAIN = SECOND
};

/* A mail that waits to be booked. */
struct arrived {
	struct lmtp_mail *mail;
	int64_t since, look_at;
	struct arrived *next;
};

struct bounce_intake {
	struct notifier *n;
	struct lmtp *lmtp; /* NULL: another process has the address */
	int64_t listen_at;
	struct arrived *first, **end;
	struct metric *mails;
};

static bool known_address(void *intake, const char *address)
{
	struct bounce_intake *k = intake;

	if (bounce_address(k->n, address))
		return true;
	metric_add(k->mails, "refused_recipient", 1);
	return false;
}

static void append(struct bounce_intake *k, struct arrived *a)
{
	a->next = NULL;
	*k->end = a;
	k->end = &a->next;
}

static void lay_down(void *intake, struct lmtp_mail *m)
{
	struct bounce_intake *k = intake;
	struct arrived *a = talloc_zero(k, struct arrived);

	a->mail = talloc_steal(a, m);
	a->since = a->look_at = clock_monotonic();
	append(k, a);
}

/* The first that is due, taken out; NULL: none. */
static struct arrived *take_due(struct bounce_intake *k)
{
	int64_t now = clock_monotonic();
	struct arrived **at, *a;

	for (at = &k->first; (a = *at) != NULL && a->look_at > now;)
		at = &a->next;
	if (a == NULL)
		return NULL;
	*at = a->next;
	if (a->next == NULL)
		k->end = at;
	return a;
}

static void answer(struct bounce_intake *k, struct arrived *a, const enum bounce_booked *booked,
		   const char *const *what)
{
	static const enum lmtp_verdict of[] = {[BOUNCE_BOOKED] = LMTP_TAKEN,
					       [BOUNCE_UNPROVEN] = LMTP_REFUSED,
					       [BOUNCE_EARLY] = LMTP_LATER,
					       [BOUNCE_LOST] = LMTP_LATER};
	enum lmtp_verdict verdicts[LMTP_RECIPIENTS_MAX];
	size_t i;

	for (i = 0; i < a->mail->recipient_count; i++) {
		verdicts[i] = of[booked[i]];
		metric_add(k->mails, verdicts[i] == LMTP_LATER ? "later" : what[i], 1);
	}
	lmtp_answer(a->mail, verdicts);
	talloc_free(a);
}

/* Whether the database is there for the next one. */
static bool recovered(struct daemon *d, enum bounce_booked last)
{
	if (last == BOUNCE_LOST) {
		log_warning("a mail that came back waits reason=\"%s\"", db_message(d->db));
		db_clear(d->db);
	}
	return db_ensure(d->db);
}

static void book(struct bounce_intake *k, struct arrived *a)
{
	struct daemon *d = k->n->daemon;
	enum bounce_booked booked[LMTP_RECIPIENTS_MAX];
	const char *what[LMTP_RECIPIENTS_MAX];
	bool there = db_ensure(d->db), early = false;
	void *scratch = talloc_named_const(a, 0, "bounce");
	size_t i;

	for (i = 0; i < a->mail->recipient_count; i++) {
		booked[i] = BOUNCE_LOST;
		what[i] = "other";
		if (!there)
			continue;
		booked[i] = bounce_book(k->n, scratch, a->mail, a->mail->recipients[i], &what[i]);
		early |= booked[i] == BOUNCE_EARLY;
		there = recovered(d, booked[i]);
	}
	talloc_free(scratch);
	if (early && clock_monotonic() < a->since + EARLY_LONGEST) {
		a->look_at = clock_monotonic() + EARLY_WAIT; /* what is booked already is booked once */
		append(k, a);
	} else {
		answer(k, a, booked, what);
	}
}

/* False: *error names the setting. Another process' listening is no error. */
static bool listen_there(struct bounce_intake *k, const char **error)
{
	struct lmtp_settings s = {.address = sending.bounce_listen,
				  .host = sending.bounce_domain,
				  .size_max = (size_t)sending.bounce_size,
				  .connections_max = (size_t)sending.bounce_connections,
				  .command_time = sending.bounce_command_time,
				  .mail_time = sending.bounce_mail_time};
	struct lmtp_hooks hooks = {k, known_address, lay_down};
	bool taken;

	k->listen_at = clock_monotonic() + LISTEN_AGAIN;
	k->lmtp = lmtp_new(k, daemon_events(k->n->daemon), &s, &hooks, &taken, error);
	if (k->lmtp)
		log_info("mails that come back are taken at=%s port=%d", s.address, lmtp_port(k->lmtp));
	else if (taken)
		log_debug("another process takes the mails that come back at=%s", s.address);
	else
		*error = talloc_asprintf(k->n, "bounce_listen: %s", *error);
	return k->lmtp || taken;
}

bool bounces_open(struct notifier *n, const char **error)
{
	struct bounce_intake *k;

	if (sending.bounce_listen[0] == '\0')
		return true;
	*error = "bounce_listen: needs bounce_domain and secret_file";
	if (sending.bounce_domain[0] == '\0' || n->secret == NULL)
		return false;
	k = n->bounces = talloc_zero(n, struct bounce_intake);
	k->n = n;
	k->end = &k->first;
	k->mails = metrics_counter(n->daemon->metrics, "ae_bounce_mails_total",
				   "Mails that came back, by what they told, or why they were not taken",
				   "what");
	return listen_there(k, error);
}

bool run_bounces(struct daemon *d)
{
	struct bounce_intake *k = ((struct notifier *)d->state)->bounces;
	struct arrived *a;
	const char *error;

	if (k == NULL)
		return false;
	if (k->lmtp == NULL && clock_monotonic() >= k->listen_at && !listen_there(k, &error))
		log_warning("mails that come back are not taken reason=\"%s\"", error);
	a = take_due(k);
	if (a)
		book(k, a);
	return a != NULL;
}

void bounces_stop(struct notifier *n)
{
	talloc_free(n->bounces);
	n->bounces = NULL;
}
