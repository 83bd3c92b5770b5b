/*
 * webhook_names.c - sendgrid's "spamreport" is mailgun's "complained" is ses's "Complaint"
 *
 * The first row that fits counts; detail NULL fits any.
 */
#include <stddef.h>
#include <string.h>

#include "services/notification/webhook_names.h"

static const struct {
	const char *provider, *name, *detail;
	enum engagement_kind kind;
} rows[] = {
	{"sendgrid", "processed", NULL, ENGAGEMENT_SENT},
	{"sendgrid", "deferred", NULL, ENGAGEMENT_DEFERRED},
	{"sendgrid", "delivered", NULL, ENGAGEMENT_DELIVERED},
	{"sendgrid", "bounce", "blocked", ENGAGEMENT_REJECTED}, /* by policy: not the address's fault */
	{"sendgrid", "bounce", NULL, ENGAGEMENT_BOUNCED_HARD},
	{"sendgrid", "blocked", NULL, ENGAGEMENT_REJECTED},
	{"sendgrid", "dropped", NULL, ENGAGEMENT_REJECTED},
	{"sendgrid", "open", NULL, ENGAGEMENT_OPENED},
	{"sendgrid", "click", NULL, ENGAGEMENT_CLICKED},
	{"sendgrid", "spamreport", NULL, ENGAGEMENT_COMPLAINED},
	{"sendgrid", "unsubscribe", NULL, ENGAGEMENT_UNSUBSCRIBED},
	{"sendgrid", "group_unsubscribe", NULL, ENGAGEMENT_UNSUBSCRIBED},

	{"mailgun", "accepted", NULL, ENGAGEMENT_SENT},
	{"mailgun", "rejected", NULL, ENGAGEMENT_REJECTED},
	{"mailgun", "delivered", NULL, ENGAGEMENT_DELIVERED},
	{"mailgun", "failed", "suppressed", ENGAGEMENT_REJECTED},
	{"mailgun", "failed", "temporary", ENGAGEMENT_DEFERRED}, /* it tries again by itself */
	{"mailgun", "failed", "permanent", ENGAGEMENT_BOUNCED_HARD},
	{"mailgun", "opened", NULL, ENGAGEMENT_OPENED},
	{"mailgun", "clicked", NULL, ENGAGEMENT_CLICKED},
	{"mailgun", "unsubscribed", NULL, ENGAGEMENT_UNSUBSCRIBED},
	{"mailgun", "complained", NULL, ENGAGEMENT_COMPLAINED},

	{"ses", "Send", NULL, ENGAGEMENT_SENT},
	{"ses", "DeliveryDelay", NULL, ENGAGEMENT_DEFERRED},
	{"ses", "Delivery", NULL, ENGAGEMENT_DELIVERED},
	{"ses", "Bounce", "Permanent", ENGAGEMENT_BOUNCED_HARD},
	{"ses", "Bounce", NULL, ENGAGEMENT_BOUNCED_SOFT}, /* Transient, Undetermined */
	{"ses", "Complaint", NULL, ENGAGEMENT_COMPLAINED},
	{"ses", "Reject", NULL, ENGAGEMENT_REJECTED},
	{"ses", "Rendering Failure", NULL, ENGAGEMENT_REJECTED},
	{"ses", "Open", NULL, ENGAGEMENT_OPENED},
	{"ses", "Click", NULL, ENGAGEMENT_CLICKED},
	{"ses", "Subscription", "OptOut", ENGAGEMENT_UNSUBSCRIBED},

	{"postmark", "Delivery", NULL, ENGAGEMENT_DELIVERED},
	{"postmark", "Bounce", "HardBounce", ENGAGEMENT_BOUNCED_HARD},
	{"postmark", "Bounce", "BadEmailAddress", ENGAGEMENT_BOUNCED_HARD},
	{"postmark", "Bounce", "SpamComplaint", ENGAGEMENT_COMPLAINED},
	{"postmark", "Bounce", "Unsubscribe", ENGAGEMENT_UNSUBSCRIBED},
	{"postmark", "Bounce", "ManuallyDeactivated", ENGAGEMENT_REJECTED},
	{"postmark", "Bounce", "SoftBounce", ENGAGEMENT_BOUNCED_SOFT},
	{"postmark", "Bounce", "Transient", ENGAGEMENT_BOUNCED_SOFT},
	{"postmark", "Bounce", "DnsError", ENGAGEMENT_BOUNCED_SOFT},
	{"postmark", "Bounce", "Blocked", ENGAGEMENT_REJECTED},
	{"postmark", "Bounce", "SpamNotification", ENGAGEMENT_REJECTED},
	{"postmark", "Bounce", "DMARCPolicy", ENGAGEMENT_REJECTED},
	{"postmark", "Bounce", "VirusNotification", ENGAGEMENT_REJECTED},
	{"postmark", "Bounce", "Unknown", ENGAGEMENT_BOUNCED_SOFT},
	{"postmark", "Bounce", "SMTPApiError", ENGAGEMENT_REJECTED},
	{"postmark", "SpamComplaint", NULL, ENGAGEMENT_COMPLAINED},
	{"postmark", "Open", NULL, ENGAGEMENT_OPENED},
	{"postmark", "Click", NULL, ENGAGEMENT_CLICKED},
	{"postmark", "SubscriptionChange", "ManualSuppression", ENGAGEMENT_UNSUBSCRIBED},
	{"postmark", "SubscriptionChange", "SpamComplaint", ENGAGEMENT_COMPLAINED},
	{"postmark", "SubscriptionChange", "HardBounce", ENGAGEMENT_BOUNCED_HARD},

	{"slack", "ae_open", NULL, ENGAGEMENT_CLICKED}, /* the button of slack_blocks.c */
};

bool webhook_kind(const char *provider, const char *name, const char *detail, enum engagement_kind *kind)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].provider, provider) != 0 || strcmp(rows[i].name, name) != 0)
			continue;
		if (rows[i].detail == NULL || strcmp(rows[i].detail, detail) == 0) {
			*kind = rows[i].kind;
			return true;
		}
	}
	return false;
}
