/*
 * providers.c - the drivers that are configured, each behind its breaker and its limiter
 */
#include <event2/util.h>
#include <openssl/sha.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/apns.h"
#include "services/notification/email.h"
#include "services/notification/fcm.h"
#include "services/notification/notifier.h"
#include "services/notification/secret.h"
#include "services/notification/slack.h"
#include "services/notification/webpush.h"

enum {
	PROVIDERS_MAX = 8,
	SERVERS_MAX = 64, /* push services of browsers that are told apart */
	SLACK_BURST = 3,  /* of one conversation */
	SECRET_MAX = 4096
};

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

/*
 * id tells accounts at the same kind of provider apart: who has the same one shares the limit. Without a rate
 * the limit is asked all the same where the provider may close it (429); relays do not.
 */
static struct provider *add(struct notifier *n, struct driver *driver, const char *id, double rate)
{
	struct provider *p = &n->providers[n->provider_count++];
	unsigned char digest[SHA256_DIGEST_LENGTH];

	SHA256((const unsigned char *)id, strlen(id), digest);
	*p = (struct provider){.driver = driver, .limit = {NULL, rate, rate > 1 ? rate : 1}};
	breaker_init(&p->gate.breaker, clock_now());
	if (driver->server)
		p->servers = lru_new(n, SERVERS_MAX, sizeof(struct gate));
	if (rate > 0 || driver->channel != CHANNEL_EMAIL)
		p->limit.key = talloc_asprintf(n, "limit:{%s:%02x%02x%02x%02x%02x%02x}", driver->name,
					       digest[0], digest[1], digest[2], digest[3], digest[4],
					       digest[5]);
	return p;
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
				   .plain = sending.smtp_plain,
				   .timeout = sending.smtp_timeout < sending.lease / 3 ? sending.smtp_timeout
										       : sending.lease / 3};
	struct driver *driver;

	if (sending.smtp_password_file[0]) {
		s.password = credential(n, "smtp_password_file", sending.smtp_password_file, error);
		if (s.password == NULL)
			return false;
	}
	driver = email_driver_new(n, &s, error);
	if (driver)
		add(n, driver, url, (double)sending.smtp_rate);
	return driver != NULL;
}

static void limit_conversations(struct provider *p)
{
	p->address_rate = (double)sending.slack_channel_rate;
	p->address_burst = SLACK_BURST;
}

static bool open_slack(struct notifier *n, const char **error)
{
	struct slack_settings s = {.base_url = sending.slack_url,
				   .token_file = sending.slack_token_file,
				   .ca_file = sending.slack_ca_file,
				   .cache = n->daemon->cache,
				   .allow_plain = sending.slack_plain};
	struct driver *driver;

	if (sending.slack_webhooks)
		limit_conversations(add(n, slack_webhook_new(n, &s), "", 0));
	if (sending.slack_token_file[0] == '\0')
		return true;
	if ((driver = slack_api_new(n, &s, error)) == NULL)
		return false;
	limit_conversations(add(n, driver, slack_workspace(driver), (double)sending.slack_rate));
	return true;
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
				       .local = sending.push_local,
				       .allow_plain = sending.push_plain};
	struct driver *d;

	if (fcm.account_file[0] && (d = fcm_driver_new(n, &fcm, error)) != NULL)
		add(n, d, "", (double)sending.push_rate);
	else if (fcm.account_file[0])
		return false;
	if (apns.key_file[0] && (d = apns_driver_new(n, &apns, error)) != NULL)
		add(n, d, apns.topic, (double)sending.push_rate);
	else if (apns.key_file[0])
		return false;
	if (web.key_file[0] && (d = webpush_driver_new(n, &web, error)) != NULL)
		add(n, d, "", (double)sending.push_rate);
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
	       open_push(n, error) && open_slack(n, error);
}
