/*
 * notifier.h - the queue's consumer and the sender: from due intents to outcomes in the database
 *
 * One slice: outcomes of what has landed are written in one transaction; then due intents are claimed and
 * decided in another, and only after its commit do their deliveries start.
 */
#ifndef AE_NOTIFICATION_NOTIFIER_H
#define AE_NOTIFICATION_NOTIFIER_H

#include "common/daemon.h"
#include "services/notification/breaker.h"
#include "services/notification/bucket.h"
#include "services/notification/lanes.h"
#include "services/notification/recipient.h"
#include "services/notification/template.h"
#include "services/notification/track.h"
#include "services/notification/webhook_verify.h"
#include "services/notification/wire.h"

struct sending_settings {
	bool sends;
	int64_t flights, connections, attempts, lease, give_up;
	int64_t cap_day, cap_week, cap_category_day, cap_category_week, digest_hour, holdout;
	const char *public_url, *secret_file, *egress_proxy;
	const char *smtp_url, *smtp_user, *smtp_password_file, *smtp_ca_file, *smtp_2_url;
	const char *mail_from, *mail_from_name, *mail_domain, *bounce_domain;
	const char *dkim_selector, *dkim_key;
	bool smtp_plain, slack_plain, push_plain;
	int64_t smtp_rate, slack_rate, push_rate;
	const char *fcm_account_file, *fcm_url, *fcm_token_url, *push_ca_file;
	const char *apns_key_file, *apns_key_id, *apns_team_id, *apns_topic, *apns_url, *vapid_key_file,
		*vapid_subject;
	const char *slack_url, *slack_token_file, *slack_ca_file;
	const char *sendgrid_key, *mailgun_key_file, *sns_topics, *postmark_user, *postmark_password_file,
		*slack_secret_file;
};
extern struct sending_settings sending;
extern const struct setting sending_rows[];

struct provider {
	struct driver *driver;
	struct breaker breaker;
	struct bucket bucket;
	struct bucket_policy rate;
	struct retry_budget budget;
};

struct notifier;

/* One claimed intent on its way over one provider, to one address after the other. */
struct delivery {
	struct notifier *notifier;
	struct intent *intent;
	struct provider *provider;
	breaker_pass pass;
	struct message message;
	const struct target *targets[TARGETS_MAX];
	size_t target_count, target_at, accepted;
	int at; /* step */
	void *state;
	struct step_out out;
	enum outcome worst; /* of the addresses that did not take it */
	int64_t retry_after;
	struct log_line lines[TARGETS_MAX];
	size_t line_count;
	const struct target *dead[TARGETS_MAX];
	const char *dead_code[TARGETS_MAX];
	size_t dead_count;
	void *home; /* memory that it shares with others of its slice */
	size_t *holders;
	struct delivery *next; /* of those that have landed */
};

struct notifier {
	struct daemon *daemon;
	struct wire *wire;
	struct provider *providers;
	size_t provider_count;
	struct lanes lanes;
	bool full[PRIORITY_COUNT]; /* the lane's last claim took as much as it might */
	instant look_at;           /* when to claim next */
	instant look_by;           /* at the latest, however little room there is */
	instant flush_by;          /* when what has landed is written at the latest */
	struct delivery *landed;
	size_t flying, landed_count;
	struct template_store *templates;
	const char *secret;
	struct track_key key;
	struct track_keys keys;
	struct webhook_keys webhooks;
	const char *certificate_url, *certificate; /* of SNS */
	bool templates_put;                        /* the release's */
	struct metric *sent, *failed, *decided;
};

/* providers.c. False: *error names the setting. */
bool providers_open(struct notifier *n, const char **error);
/* Whether there is a provider for such an address; the channels that could take a message now, and when to
 * ask again. */
bool provider_configured(const struct notifier *n, enum channel c, const char *platform);
unsigned providers_available(const struct notifier *n, instant now, instant *retry_at);
/* A provider for the address that lets a message pass, another one than `avoid` if there is one; NULL: none
 * now. */
struct provider *provider_enter(struct notifier *n, const struct target *t, const char *last, instant now,
				breaker_pass *pass);
bool provider_other(const struct notifier *n, const struct provider *than, instant now);
void provider_leave(struct notifier *n, struct provider *p, breaker_pass pass, const struct step_out *out);
double random_share(void); /* 0 <= x < 1 */

/* template_store.c: templates by name and version, read once. version 0 = the newest in use; what is found is
 * put there. */
struct template_store *template_store_new(const void *parent);
struct message_template *template_load(struct template_store *s, struct db *db, const char *name,
				       int *version);

/* base_templates.c. Brings the release's templates into the database; the job does so once. */
void base_templates_put(struct db *db, const void *scratch);
bool run_base_templates(struct daemon *d);

/* digest.c: the job that sums up what waits, one member at a time. */
bool run_digests(struct daemon *d);

/* judge.c: the decision for an intent. template NULL: there is none of that name. */
void judge(const struct notifier *n, const struct intent *i, const struct recipient *r,
	   const struct message_template *t, instant now, struct decision *out);
const char *decision_json(const void *parent, const struct decision *d);

/* prepare.c: renders a claimed intent for a channel. NULL: *error says why. */
struct delivery *delivery_new(struct notifier *n, struct intent *i, const struct recipient *r,
			      const struct message_template *t, enum channel c, instant now,
			      const char **error);

/* deliver.c */
void delivery_start(struct delivery *d);
/* Writes what has landed. False: the database is away, it stays for the next turn. */
bool deliveries_flush(struct notifier *n);

/* queue.c: the job, and whoever put intents in calls wake. */
bool run_queue(struct daemon *d);
void queue_wake(struct notifier *n);
/* While the daemon stops: true as long as something is on its way. */
bool queue_finish(struct daemon *d);
/* Runs the loop until nothing of the member is on its way, in any instance. False: not within the time. */
bool queue_quiet(struct daemon *d, const void *scratch, const char *member_id, int64_t deadline);

#endif
