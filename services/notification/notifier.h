/*
 * notifier.h - the queue's consumer and the sender: from due intents to outcomes in the database
 *
 * Due intents are claimed and decided in one transaction (claim.c); after its commit their deliveries are
 * ready (ready.c) and start, lane by lane, as connections become free (deliver.c). Outcomes of what has
 * landed are written many at a time.
 */
#ifndef AE_NOTIFICATION_NOTIFIER_H
#define AE_NOTIFICATION_NOTIFIER_H

#include "common/daemon.h"
#include "common/limit.h"
#include "services/notification/breaker.h"
#include "services/notification/bucket.h"
#include "services/notification/lanes.h"
#include "services/notification/lru.h"
#include "services/notification/recipient.h"
#include "services/notification/template.h"
#include "services/notification/track.h"
#include "services/notification/webhook_verify.h"
#include "services/notification/wire.h"

enum {
	READY_MAX = 96 /* deliveries of a lane that are decided and not yet started */
};

struct sending_settings {
	bool sends;
	int64_t flights, connections, attempts, lease, give_up;
	int64_t cap_day, cap_week, cap_category_day, cap_category_week, digest_hour, holdout, tests_per_hour;
	int64_t campaign_open;
	const char *public_url, *secret_file, *egress_proxy;
	const char *smtp_url, *smtp_user, *smtp_password_file, *smtp_ca_file, *smtp_2_url;
	const char *mail_from, *mail_from_name, *mail_domain, *bounce_domain, *bounce_listen;
	int64_t bounce_size, bounce_connections, bounce_command_time, bounce_mail_time;
	const char *dkim_selector, *dkim_key;
	bool smtp_plain, slack_plain, slack_webhooks, push_plain;
	int64_t smtp_timeout, smtp_rate, slack_rate, slack_channel_rate, push_rate, limit_share;
	int64_t keep_keys, keep_provider_events, keep_soft_bounces, keep_notifications;
	const char *fcm_account_file, *fcm_url, *fcm_token_url, *push_ca_file;
	const char *apns_key_file, *apns_key_id, *apns_team_id, *apns_topic, *apns_url, *vapid_key_file,
		*push_local, *vapid_subject;
	const char *slack_url, *slack_token_file, *slack_ca_file;
	const char *sendgrid_key, *mailgun_key_file, *sns_topics, *sns_ca_file, *postmark_user,
		*postmark_password_file, *slack_secret_file;
};
extern struct sending_settings sending;
extern const struct setting sending_rows[];

/* Whether a server is spoken to now. */
struct gate {
	struct breaker breaker;
	instant paused; /* it asked for nothing before */
	struct retry_budget budget;
};

struct provider {
	struct driver *driver;
	struct gate gate;
	struct lru *servers;                /* a struct gate for each, where addresses name them; else NULL */
	struct limit limit;                 /* over all instances; key NULL = none */
	double address_rate, address_burst; /* of one address, likewise; 0 = no limit */
	size_t flying;                      /* deliveries on their way over it */
};

/* What provider_enter gives out. */
struct pass {
	breaker_pass term;
	bool wait;            /* it let nobody pass, but will within a moment */
	instant again;        /* or else when to ask again */
	char server[LRU_KEY]; /* "" = the provider's only one */
};

struct notifier;

/* One claimed intent on its way over one provider, to one address after the other. */
struct delivery {
	struct notifier *notifier;
	struct intent *intent;
	struct provider *provider;
	struct pass pass;
	instant held_until;   /* the limit was reached; 0 = it may start */
	instant stale;        /* not to be started any more: the lease runs out */
	const char *decision; /* JSON, for the log */
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
	struct delivery *next; /* of those that are ready, then of those that have landed */
};

/* Intents that events were made into, until their batch is gone. */
struct routed {
	struct notifier *notifier;
	struct intent **intents;
	size_t count;
};

/* Deliveries that wait for a free connection, oldest first. */
struct ready_lane {
	struct delivery *first, **end;
	size_t count;
};

/* Of queue_figures.c, made when it first runs. */
struct queue_metrics {
	struct metric *depth, *oldest, *breaker, *in_flight, *retries, *retry_age, *dead, *digest;
};

struct notifier {
	struct daemon *daemon;
	struct wire *wire;
	struct provider *providers;
	size_t provider_count;
	struct limits *limits;
	instant line[CHANNEL_COUNT]; /* when the last of those that wait for a provider has its turn */
	struct lanes lanes;
	struct ready_lane ready[PRIORITY_COUNT];
	bool full[PRIORITY_COUNT];        /* the lane's last claim took as much as it might */
	bool deep[PRIORITY_COUNT];        /* PostgreSQL had as much of the lane as was asked for */
	int64_t sweep_at[PRIORITY_COUNT]; /* when PostgreSQL is asked for the lane's due intents, whatever
					     Redis says */
	int64_t look_at;                  /* when to claim next */
	int64_t flush_by;                 /* when what has landed is written at the latest */
	struct routed *routed;            /* made of the batch that is being applied, NULL between batches */
	struct delivery *landed;
	size_t flying, landed_count;
	const struct intent
		*suspect; /* that is ready or on its way, after some whose sender did not come back */
	struct template_store *templates;
	const char *secret;
	struct track_key key;
	struct track_keys keys;
	struct webhook_keys webhooks;
	const char *certificate_url, *certificate; /* of SNS */
	bool templates_put;                        /* the release's */
	struct bounce_intake *bounces;             /* NULL: none */
	struct metric *sent, *failed, *decided, *deleted, *wait, *engagement, *answers[OUTCOME_BROKEN + 1];
	struct queue_metrics queue_metrics;
	size_t retention_at; /* the kind of rows whose turn it is */
	char retained_to[NOTIFICATION_ID_LENGTH +
			 1]; /* looked at so far in this round; "" = from the start */
};

/* providers.c. False: *error names the setting. */
bool providers_open(struct notifier *n, const char **error);
double random_share(void); /* 0 <= x < 1 */

/* admit.c. Whether there is a provider for such an address; the channels of these addresses that could take a
 * message now, and when to ask again for each. */
bool provider_configured(const struct notifier *n, enum channel c, const char *platform);
unsigned providers_available(const struct notifier *n, const struct target *targets, size_t count,
			     instant now, instant retry_at[CHANNEL_COUNT]);
/*
 * A provider for the address that lets a message pass, another one than `last` if there is one. NULL: none
 * now. priority PRIORITY_COUNT: however many are on their way.
 */
struct provider *provider_enter(struct notifier *n, const struct target *t, enum priority priority,
				const char *last, instant now, struct pass *pass);
/* The same for the first of the delivery's addresses that has one. */
bool delivery_enter(struct delivery *d, instant now);
bool provider_other(const struct notifier *n, const struct provider *than, const struct target *t,
		    instant now);
void provider_leave(struct notifier *n, struct provider *p, const struct pass *pass,
		    const struct step_out *out);
/* It entered, and then nothing was sent. */
void provider_back_out(struct provider *p, const struct pass *pass, instant now);
/* When a message that waits for a provider of the channel is to be looked at again: at the time or later. */
instant provider_turn(struct notifier *n, enum channel c, enum priority priority, instant at);

/* limits.c. Deliveries that entered: those that are too fast have backed out again, and held_until says when.
 */
struct limits *limits_new(struct notifier *n);
void limits_ask(struct notifier *n, struct delivery **deliveries, size_t count, instant now);
/* The provider wants nothing for so long, from nobody. */
void limits_close(struct notifier *n, const struct provider *p, int64_t microseconds);

/* template_store.c: templates by name and version, the last ones read once: good until the next is loaded.
 * version 0 = the newest in use; what is found is put there. */
struct template_store *template_store_new(const void *parent);
struct message_template *template_load(struct template_store *s, struct db *db, const char *name,
				       int *version);

/* base_templates.c. Brings the release's templates into the database; the job does so once. */
void base_templates_put(struct db *db, const void *scratch);
bool run_base_templates(struct daemon *d);

/* retention.c: the job that deletes what is old. The check is of the settings; false: *error names one. */
bool run_retention(struct daemon *d);
bool retention_check(const void *parent, const char **error);

/* digest.c: the job that sums up what waits, one member at a time. */
bool run_digests(struct daemon *d);

/* What a dry run found about the keys of an intent that will not be made. */
struct asked_before {
	enum once once;
	enum collapse collapse;
};

/* judge.c: the decision for an intent. template NULL: there is none of that name. before NULL: the intent is
 * made, so it was the first of its keys. */
void judge(const struct notifier *n, const struct intent *i, const struct recipient *r,
	   const struct message_template *t, instant now, const struct asked_before *before,
	   struct decision *out);
/* Into an open object. all: also what is the rule, as a dry run is asked for; the log is told in short. */
void decision_put(struct json_writer *w, const struct decision *d, bool all);
const char *decision_json(const void *parent, const struct decision *d);

/* What a test's reader sees first. */
#define TEST_MARK "[Test] "
/* prepare.c: renders a claimed intent for a channel. NULL: *error says why. */
struct delivery *delivery_new(struct notifier *n, struct intent *i, const struct recipient *r,
			      const struct message_template *t, enum channel c, instant now,
			      const char **error);

/* claim.c: claims due intents as far as the lanes have room for them, and decides them. */
void claim_due(struct notifier *n);
bool claim_worthwhile(const struct notifier *n);

/* ready.c */
void ready_init(struct notifier *n);
void ready_put(struct notifier *n, struct delivery *d);
size_t ready_room(const struct notifier *n, enum priority lane);
size_t ready_count(const struct notifier *n);
/* Starts what can be started, for a few milliseconds at most; true = it was not all. */
bool ready_launch(struct notifier *n);
/* Where a lane is full and has been for a while, most of those that wait for the same channel go back. */
void ready_make_way(struct notifier *n);
/* Gives those of a member back to the queue, to be decided anew; NULL = all. */
void ready_retract(struct notifier *n, const char *member_id);

/* deliver.c: d->provider has let it pass */
void delivery_start(struct delivery *d);
/* Not started: back into the queue, due then. */
void delivery_put_back(struct delivery *d, instant due);
/* Writes what has landed. False: the database is away, it stays for the next turn. */
bool deliveries_flush(struct notifier *n);

/* queue.c: the job, and whoever put intents in tells so after the commit. */
bool run_queue(struct daemon *d);
void queue_added(struct notifier *n, struct intent *const *intents, size_t count);
void queue_wake(struct notifier *n);
/* While the daemon stops: true as long as something is on its way. */
bool queue_finish(struct daemon *d);
/*
 * What is decided for the member and not yet started is taken back, here and in the other instances. True:
 * nothing of the member is on its way, in any instance.
 */
bool queue_take_back(struct daemon *d, const void *scratch, const char *member_id);
/* The same, and runs the loop until it is so. False: not within the time. */
bool queue_quiet(struct daemon *d, const void *scratch, const char *member_id, int64_t deadline);
/* Another instance takes back. */
void queue_called(struct daemon *d, const char *member_id);

#endif
