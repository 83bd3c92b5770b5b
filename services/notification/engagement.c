/*
 * engagement.c - the join of everything heard about a notification
 */
#include <math.h>
#include <string.h>

#include "services/notification/engagement.h"

#define ENGAGEMENT_NAME(kind, name) name,
static const char *const names[ENGAGEMENT_COUNT] = {ENGAGEMENT_KINDS(ENGAGEMENT_NAME)};
#undef ENGAGEMENT_NAME

/* Parts of user agents that no person's mail program has. */
static const char *const machines[] = {
	"GoogleImageProxy",
	"YahooMailProxy",
	"ggpht.com",
	"Barracuda",
	"Proofpoint",
	"Mimecast",
	"FireEye",
	"Symantec",
	"TrendMicro",
	"Trend Micro",
	"SafeLinks",
	"Cisco-ESA",
	"HeadlessChrome",
	"PhantomJS",
	"python-",
	"Go-http-client",
	"curl/",
	"Wget/",
	"Java/",
	"okhttp",
	"libwww",
	"Apache-HttpClient",
	"bot",
	"crawler",
	"spider",
	"scanner",
};

static const double machine_seconds = 2;

const char *engagement_name(enum engagement_kind kind)
{
	return names[kind];
}

bool engagement_kind_of(const char *name, enum engagement_kind *kind)
{
	size_t i;

	for (i = 0; i < ENGAGEMENT_COUNT; i++) {
		if (strcmp(names[i], name) == 0) {
			*kind = (enum engagement_kind)i;
			return true;
		}
	}
	return false;
}

/* The earliest time wins, so the order of arrival does not matter. */
static bool add_time(bool known, instant *first, instant at)
{
	if (known && *first <= at)
		return false;
	*first = at;
	return true;
}

bool engagement_add(struct engagement *e, const struct engagement_event *event)
{
	unsigned bit = 1U << event->kind;
	bool news;

	if (event->machine && event->kind == ENGAGEMENT_OPENED) {
		news = add_time(e->machine_opened, &e->machine_first, event->occurred_at);
		e->machine_opened = true;
		return news;
	}
	if (event->machine && event->kind == ENGAGEMENT_CLICKED)
		return false; /* a scanner that follows links proves nothing */
	news = add_time(e->seen & bit, &e->first[event->kind], event->occurred_at);
	e->seen |= bit;
	return news;
}

enum engagement_kind engagement_status(const struct engagement *e)
{
	size_t i;

	for (i = ENGAGEMENT_COUNT; i-- > 0;)
		if (e->seen & 1U << i)
			return (enum engagement_kind)i;
	return ENGAGEMENT_QUEUED;
}

bool engagement_reached(const struct engagement *e)
{
	const unsigned after = 1U << ENGAGEMENT_OPENED | 1U << ENGAGEMENT_CLICKED |
			       1U << ENGAGEMENT_UNSUBSCRIBED | 1U << ENGAGEMENT_COMPLAINED;

	if (e->seen & after)
		return true;
	return (e->seen & 1U << ENGAGEMENT_DELIVERED) && !(e->seen & 1U << ENGAGEMENT_BOUNCED_HARD);
}

bool machine_open(const char *user_agent, double seconds_since_delivery)
{
	size_t i;

	if (!isnan(seconds_since_delivery) && seconds_since_delivery < machine_seconds)
		return true;
	if (user_agent == NULL || user_agent[strspn(user_agent, " ")] == '\0')
		return true; /* every mail program says something */
	if (strcmp(user_agent, "Mozilla/5.0") == 0)
		return true; /* Apple Mail Privacy Protection says that and no more */
	for (i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (strcasestr(user_agent, machines[i]))
			return true;
	return false;
}
