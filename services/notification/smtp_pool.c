/*
 * smtp_pool.c - which session takes which mail, and when a session opens or ends
 */
#include <string.h>
#include <talloc.h>

#include "services/notification/smtp_session.h"

/* Sessions with one relay under one name. */
struct relay {
	struct smtp_pool *pool;
	const char *url, *user;
	struct smtp_session *idle; /* a list */
	size_t sessions;
	struct submission *waiting, **end;
	struct relay *next;
};

struct smtp_pool {
	struct curl_loop *loop;
	size_t connections, busy;
	struct relay *relays;
};

struct smtp_pool *smtp_pool_new(const void *parent, struct curl_loop *loop, int64_t connections)
{
	struct smtp_pool *p = talloc_zero(parent, struct smtp_pool);

	p->loop = loop;
	p->connections = (size_t)connections;
	return p;
}

size_t smtp_pool_busy(const struct smtp_pool *p)
{
	return p->busy;
}

static bool same(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

static struct relay *relay_of(struct smtp_pool *p, const struct transfer *t)
{
	struct relay *r;

	for (r = p->relays; r; r = r->next)
		if (same(r->url, t->url) && same(r->user, t->user))
			return r;
	r = talloc_zero(p, struct relay);
	r->pool = p;
	r->url = talloc_strdup(r, t->url);
	r->user = talloc_strdup(r, t->user ? t->user : "");
	r->end = &r->waiting;
	r->next = p->relays;
	p->relays = r;
	return r;
}

/* --- mails find sessions --------------------------------------------------------------------------- */

static struct submission *take_waiting(struct relay *r)
{
	struct submission *s = r->waiting;

	if (s && (r->waiting = s->next) == NULL)
		r->end = &r->waiting;
	return s;
}

/* A new session is opened for the first that waits. */
static void serve_waiting(struct relay *r)
{
	struct submission *s;

	while (r->waiting && r->idle) {
		struct smtp_session *session = r->idle;

		r->idle = session->next;
		smtp_session_give(session, take_waiting(r));
	}
	while (r->waiting && r->sessions < r->pool->connections) {
		s = take_waiting(r);
		r->sessions++;
		smtp_session_open(r, r->pool->loop, s);
	}
}

void smtp_submit(struct smtp_pool *p, const struct transfer *t, wire_done done, void *context)
{
	struct submission *s = talloc_zero(p, struct submission);
	struct relay *r = relay_of(p, t);

	s->transfer = t;
	s->done = done;
	s->context = context;
	p->busy++;
	*r->end = s;
	r->end = &s->next;
	serve_waiting(r);
}

/* --- what sessions tell ------------------------------------------------------------------------------ */

void relay_session_free(struct relay *r, struct smtp_session *session)
{
	session->next = r->idle;
	r->idle = session;
	serve_waiting(r);
}

void relay_session_ended(struct relay *r, struct smtp_session *session)
{
	struct smtp_session **at;

	for (at = &r->idle; *at; at = &(*at)->next)
		if (*at == session) {
			*at = session->next;
			break;
		}
	r->sessions--;
	talloc_free(session);
	serve_waiting(r);
}

void relay_again(struct relay *r, struct submission *s)
{
	s->next = r->waiting;
	if (r->waiting == NULL)
		r->end = &s->next;
	r->waiting = s;
}

void relay_answered(struct relay *r, struct submission *s, const struct answer *answer)
{
	r->pool->busy--;
	s->done(s->context, answer);
	talloc_free(s);
}
