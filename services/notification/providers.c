/*
 * providers.c - the drivers that are configured, each behind its breaker and its limiter
 */
#include <event2/util.h>
#include <string.h>
#include <talloc.h>

#include "common/log.h"
#include "services/notification/apns.h"
#include "services/notification/email.h"
#include "services/notification/fcm.h"
#include "services/notification/notifier.h"
#include "services/notification/secret.h"
#include "services/notification/slack.h"
#include "services/notification/webpush.h"

enum {
	PROVIDERS_MAX = 8,
	SECRET_MAX = 4096
};

static const struct breaker_policy breaker_policy = {.span = 30 * SECOND,
						     .minimum = 10,
						     .ratio = 0.5,
						     .open_base = 2 * SECOND,
						     .open_cap = 60 * SECOND,
						     .probes = 3,
						     .probe_timeout = 60 * SECOND,
						     .ramp = 10 * SECOND};

static const struct retry_policy retry_policy = {.span = 10 * SECOND, .share = 0.1, .least = 200};

double random_share(void)
{
	uint32_t bits;

	evutil_secure_rng_get_bytes(&bits, sizeof(bits));
	return bits / 4294967296.0;
}

/* NULL: *error names the setting and the file. */
static const char *credential(struct notifier *n, const char *setting, const char *path, const char **error)
{
	const char *text = secret_line(n, path, error);

	if (text && strlen(text) <= SECRET_MAX)
		return text;
	*error = talloc_asprintf(n, "%s: %s", setting, text ? "is longer than 4,096 bytes" : *error);
	return NULL;
}

static void add(struct notifier *n, struct driver *driver, double rate)
{
	struct provider *p = &n->providers[n->provider_count++];
	instant now = clock_now();

	*p = (struct provider){.driver = driver, .rate = {rate, rate > 1 ? rate : 1}};
	breaker_init(&p->breaker, now);
	bucket_init(&p->bucket, &p->rate, now);
}

static bool open_relay(struct notifier *n, const char *name, const char *url, const char **error)
{
	struct email_settings s = {.name = name,
				   .url = url,
				   .user = sending.smtp_user,
				   .ca_file = sending.smtp_ca_file,
				   .from = sending.mail_from,
				   .from_name = sending.mail_from_name,
				   .domain = sending.mail_domain,
				   .bounce_domain = sending.bounce_domain,
				   .verp_secret = n->secret,
				   .dkim_selector = sending.dkim_selector,
				   .dkim_key = sending.dkim_key,
				   .unsubscribe_mail = sending.bounce_domain[0] != '\0',
				   .plain = sending.smtp_plain};
	struct driver *driver;

	if (sending.smtp_password_file[0]) {
		s.password = credential(n, "smtp_password_file", sending.smtp_password_file, error);
		if (s.password == NULL)
			return false;
	}
	driver = email_driver_new(n, &s, error);
	if (driver)
		add(n, driver, (double)sending.smtp_rate);
	return driver != NULL;
}

static bool open_slack(struct notifier *n, const char **error)
{
	struct slack_settings s = {.base_url = sending.slack_url,
				   .token_file = sending.slack_token_file,
				   .ca_file = sending.slack_ca_file,
				   .allow_plain = sending.slack_plain};
	struct driver *driver = slack_api_new(n, &s, error);

	if (driver)
		add(n, driver, (double)sending.slack_rate);
	return driver != NULL;
}

static bool open_push(struct notifier *n, const char **error)
{
	struct fcm_settings fcm = {.account_file = sending.fcm_account_file,
				   .base_url = sending.fcm_url,
				   .token_url = sending.fcm_token_url,
				   .ca_file = sending.push_ca_file,
				   .allow_plain = sending.push_plain};
	struct apns_settings apns = {.key_file = sending.apns_key_file,
				     .key_id = sending.apns_key_id,
				     .team_id = sending.apns_team_id,
				     .topic = sending.apns_topic,
				     .base_url = sending.apns_url,
				     .ca_file = sending.push_ca_file};
	struct webpush_settings web = {.key_file = sending.vapid_key_file,
				       .subject = sending.vapid_subject,
				       .ca_file = sending.push_ca_file,
				       .allow_plain = sending.push_plain};
	struct driver *d;

	if (fcm.account_file[0] && (d = fcm_driver_new(n, &fcm, error)) != NULL)
		add(n, d, (double)sending.push_rate);
	else if (fcm.account_file[0])
		return false;
	if (apns.key_file[0] && (d = apns_driver_new(n, &apns, error)) != NULL)
		add(n, d, (double)sending.push_rate);
	else if (apns.key_file[0])
		return false;
	if (web.key_file[0] && (d = webpush_driver_new(n, &web, error)) != NULL)
		add(n, d, (double)sending.push_rate);
	else if (web.key_file[0])
		return false;
	return true;
}

static bool open_secret(struct notifier *n, const char **error)
{
	if (sending.secret_file[0] == '\0')
		return true;
	n->secret = credential(n, "secret_file", sending.secret_file, error);
	if (n->secret == NULL)
		return false;
	if (strlen(n->secret) < TRACK_SECRET_MIN) {
		*error = "secret_file: must hold 16 bytes or more";
		return false;
	}
	n->key = (struct track_key){1, (const unsigned char *)n->secret, strlen(n->secret)};
	n->keys = (struct track_keys){&n->key, 1};
	return true;
}

/* Left out where the setting is empty: the provider's webhook is then refused. */
static bool optional(struct notifier *n, const char *setting, const char *path, const char **into,
		     const char **error)
{
	*into = path[0] ? credential(n, setting, path, error) : NULL;
	return path[0] == '\0' || *into;
}

static const char *const *split(struct notifier *n, const char *text)
{
	char *copy = talloc_strdup(n, text), *rest = copy, *word;
	const char **words = talloc_zero_array(n, const char *, strlen(text) / 2 + 2);
	size_t count = 0;

	while ((word = strsep(&rest, ", ")) != NULL)
		if (word[0])
			words[count++] = word;
	return words;
}

static bool open_webhooks(struct notifier *n, const char **error)
{
	struct webhook_keys *k = &n->webhooks;

	k->sendgrid_public_key = sending.sendgrid_key[0] ? sending.sendgrid_key : NULL;
	k->postmark_user = sending.postmark_user[0] ? sending.postmark_user : NULL;
	k->sns_topics = sending.sns_topics[0] ? split(n, sending.sns_topics) : NULL;
	return optional(n, "mailgun_key_file", sending.mailgun_key_file, &k->mailgun_signing_key, error) &&
	       optional(n, "postmark_password_file", sending.postmark_password_file, &k->postmark_password,
			error) &&
	       optional(n, "slack_secret_file", sending.slack_secret_file, &k->slack_signing_secret, error);
}

bool providers_open(struct notifier *n, const char **error)
{
	n->providers = talloc_zero_array(n, struct provider, PROVIDERS_MAX);
	return open_secret(n, error) && open_webhooks(n, error) &&
	       (sending.smtp_url[0] == '\0' || open_relay(n, "relay", sending.smtp_url, error)) &&
	       (sending.smtp_2_url[0] == '\0' || open_relay(n, "relay_2", sending.smtp_2_url, error)) &&
	       open_push(n, error) && (sending.slack_token_file[0] == '\0' || open_slack(n, error));
}

/* A push token belongs to one service; of the other channels any provider will do. */
static bool serves(const struct provider *p, enum channel c, const char *platform)
{
	return p->driver->channel == c && (c != CHANNEL_PUSH || strcmp(p->driver->name, platform) == 0);
}

bool provider_configured(const struct notifier *n, enum channel c, const char *platform)
{
	size_t i;

	for (i = 0; i < n->provider_count; i++)
		if (serves(&n->providers[i], c, platform))
			return true;
	return false;
}

static instant ready_at(const struct provider *p, instant now)
{
	instant breaker = breaker_next(&p->breaker, now), bucket = bucket_next(&p->bucket, &p->rate, now);

	return breaker > bucket ? breaker : bucket;
}

unsigned providers_available(const struct notifier *n, instant now, instant *retry_at)
{
	unsigned bits = 0;
	size_t i;
	instant at;

	*retry_at = INSTANT_MAX;
	for (i = 0; i < n->provider_count; i++) {
		at = ready_at(&n->providers[i], now);
		if (at <= now)
			bits |= CHANNEL_BIT(n->providers[i].driver->channel);
		if (at < *retry_at)
			*retry_at = at;
	}
	/* Those that wait come back one after the other, not all at the first moment. */
	if (*retry_at < INSTANT_MAX)
		*retry_at += (int64_t)(random_share() * 2 * SECOND) + 1;
	return bits;
}

bool provider_other(const struct notifier *n, const struct provider *than, instant now)
{
	size_t i;

	for (i = 0; i < n->provider_count; i++)
		if (&n->providers[i] != than &&
		    serves(&n->providers[i], than->driver->channel, than->driver->name) &&
		    ready_at(&n->providers[i], now) <= now)
			return true;
	return false;
}

/* Mails beyond the connections would only wait inside libcurl, where no lane goes before another; and bulk
 * never takes the last two. Other providers multiplex. */
static bool has_room(const struct provider *p, enum priority priority)
{
	size_t connections = (size_t)sending.connections;

	if (p->driver->channel != CHANNEL_EMAIL || priority == PRIORITY_COUNT)
		return true;
	if (priority == PRIORITY_BULK && connections > 4)
		connections -= 2;
	return p->flying < connections;
}

static bool pass(struct provider *p, const char *last, instant now, breaker_pass *pass)
{
	if (last && !retry_take(&p->budget, &retry_policy, now))
		return false;
	*pass = breaker_enter(&p->breaker, &breaker_policy, now, random_share());
	if (*pass == 0)
		return false;
	if (last == NULL)
		retry_first(&p->budget, &retry_policy, now);
	bucket_take(&p->bucket, &p->rate, now);
	p->flying++;
	return true;
}

struct provider *provider_enter(struct notifier *n, const struct target *t, enum priority priority,
				const char *last, instant now, breaker_pass *through, bool *wait)
{
	struct provider *p;
	size_t round, i;

	*wait = false;
	for (round = 0; round < 2; round++)
		for (i = 0; i < n->provider_count; i++) {
			p = &n->providers[i];
			if (!serves(p, t->channel, t->platform) ||
			    (round == 0) == (last && strcmp(p->driver->name, last) == 0))
				continue;
			if (ready_at(p, now) > now || !has_room(p, priority))
				*wait |= ready_at(p, now) < now + SECOND;
			else if (pass(p, last, now, through))
				return p;
		}
	return NULL;
}

/* A refusal of one message says nothing about the provider. */
void provider_leave(struct notifier *n, struct provider *p, breaker_pass pass, const struct step_out *out)
{
	bool good = out->outcome == OUTCOME_ACCEPTED || out->outcome == OUTCOME_REFUSED ||
		    out->outcome == OUTCOME_DEAD;
	enum breaker_state before = p->breaker.state;
	instant now = clock_now();

	(void)n;
	p->flying--;
	/* A browser's endpoint is its member's choice: what one of them answers says nothing about the
	 * others. */
	if (strcmp(p->driver->name, "webpush") == 0)
		good = true;
	else if (out->retry_after > 0)
		bucket_pause(&p->bucket, now + out->retry_after);
	breaker_leave(&p->breaker, &breaker_policy, pass, good, now, random_share());
	if (p->breaker.state != before)
		log_warning("provider %s: breaker %s after code=%s", p->driver->name,
			    breaker_state_name(p->breaker.state), out->code);
}
