/*
 * email.c - the driver of e-mail
 */
#include <string.h>
#include <strings.h>
#include <talloc.h>

#include "services/notification/address.h"
#include "services/notification/dkim.h"
#include "services/notification/email.h"
#include "services/notification/email_settings.h"
#include "services/notification/mime.h"
#include "services/notification/smtp_reply.h"
#include "services/notification/notification_id.h"
#include "services/notification/verp.h"

struct email {
	struct email_settings *settings;
	struct dkim *dkim; /* NULL: mails are not signed */
};

static const char *const priority_names[PRIORITY_COUNT] = {"critical", "transactional", "engagement", "bulk"};

static enum step done(struct step_out *out, enum outcome outcome, const char *code, const char *detail)
{
	out->outcome = outcome;
	out->code = code;
	out->detail = detail;
	if (out->provider_ref == NULL)
		out->provider_ref = "";
	out->new_address = "";
	return STEP_DONE;
}

static const char *text_of(const char *text)
{
	return text ? text : "";
}

/* Four fields, the sender's last, as Gmail's postmaster pages group by; nothing about the member. */
static const char *feedback_id(const void *parent, const struct email *e, const struct message *m)
{
	const char *category = text_of(m->category);

	return talloc_asprintf(parent, "%s:%s:email:%s", *category ? category : "none",
			       priority_names[m->priority], e->settings->name);
}

static struct bytes *mail_write(const void *parent, const struct email *e, const struct message *m,
				const char *to, const char **error)
{
	const struct email_settings *s = e->settings;
	struct mail mail = {
		.id = m->notification_id,
		.domain = s->domain,
		.from_name = s->from_name,
		.from = s->from,
		.to = to,
		.reply_to = s->reply_to,
		.subject = text_of(m->title),
		.text = text_of(m->text),
		.html = text_of(m->html),
		.images = m->images,
		.image_count = m->image_count,
		.list_id = s->list_id,
		.unsubscribe = text_of(m->unsubscribe),
		.unsubscribe_mail = "",
		.feedback_id = feedback_id(parent, e, m),
		.automatic = m->priority <= PRIORITY_TRANSACTIONAL,
		.date = m->now,
	};

	if (s->unsubscribe_mail)
		mail.unsubscribe_mail = verp_make(parent, VERP_UNSUBSCRIBE, m->notification_id,
						  s->verp_secret, s->bounce_domain);
	return mime_write(parent, &mail, error);
}

/* The signatures, if any, and the mail behind them. */
static struct bytes *mail_signed(const void *parent, const struct email *e, const struct message *m,
				 struct bytes *mail, const char **error)
{
	struct bytes *whole;

	if (e->dkim == NULL)
		return mail;
	if ((whole = dkim_sign(parent, e->dkim, mail->data, mail->length, m->now, error)) != NULL)
		bytes_put(whole, mail->data, mail->length);
	return whole;
}

static enum step submit(const void *parent, const struct email *e, const struct message *m,
			struct step_out *out)
{
	const struct email_settings *s = e->settings;
	const char *error = NULL, *to = address_ascii(parent, m->address, &error), *from = s->from;
	struct bytes *mail;

	if (to == NULL)
		return done(out, OUTCOME_DEAD, "address", error);
	if (!notification_id_valid(m->notification_id))
		return done(out, OUTCOME_REFUSED, "mail", "the notification's id is not a ULID");
	if (*s->bounce_domain)
		from = verp_make(parent, VERP_BOUNCE, m->notification_id, s->verp_secret, s->bounce_domain);
	if ((mail = mail_write(parent, e, m, to, &error)) == NULL ||
	    (mail = mail_signed(parent, e, m, mail, &error)) == NULL)
		return done(out, OUTCOME_REFUSED, "mail", error);
	out->transfer = (struct transfer){
		/* libcurl says the path in EHLO. */
		.url = talloc_asprintf(parent, "%s/%s", s->url, s->domain),
		.method = "",
		.body = mail->data,
		.length = mail->length,
		.mail_from = from,
		.recipient = to,
		.user = s->user,
		.password = s->password,
		.ca_file = s->ca_file,
		.plain = s->plain,
		.timeout = s->timeout,
	};
	return STEP_TRANSFER;
}

/* The relay's own id of the mail: "queued as 4F1A2" (Postfix, Exchange), "id=1abc-0001" (Exim). */
static const char *queue_id(const void *parent, const char *text)
{
	static const char *const before[] = {"queued as ", "id="};
	const char *found;
	size_t i, n;

	for (i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		if ((found = strcasestr(text, before[i])) == NULL)
			continue;
		found += strlen(before[i]);
		n = strspn(found, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_.");
		return talloc_strndup(parent, found, n);
	}
	return "";
}

/* No final reply: 354 means that the body was on its way, and so may have been taken. */
static enum step no_reply(const void *parent, const struct answer *answer, struct step_out *out)
{
	bool taken = answer->unknown || answer->transported || answer->status == 354;
	const char *error = text_of(answer->error);

	return done(out, taken ? OUTCOME_UNKNOWN : OUTCOME_RETRY,
		    taken ? "smtp_no_reply" : "smtp_not_reached",
		    *error ? talloc_strdup(parent, error) : "the relay said nothing");
}

/* By the reply's code and words; which error libcurl makes of it differs by command and version. */
static enum step judge(const void *parent, const struct message *m, const struct answer *answer,
		       struct step_out *out)
{
	struct smtp_reply r = smtp_reply_read(parent, answer->headers, answer->status);
	const char *code = talloc_asprintf(parent, "smtp_%d", r.code), *text, *enhanced = "", *to, *error;

	if (r.code / 100 == 2 && answer->transported) {
		out->provider_ref = queue_id(parent, r.text);
		return done(out, OUTCOME_ACCEPTED, code, r.text);
	}
	if (r.code / 100 != 4 && r.code / 100 != 5)
		return no_reply(parent, answer, out);
	if (r.class)
		enhanced = talloc_asprintf(parent, "%d.%d.%d ", r.class, r.subject, r.detail);
	to = address_ascii(parent, m->address, &error); /* as the relay saw it */
	text = address_hide(parent, *r.text ? r.text : text_of(answer->error), to ? to : m->address);
	return done(out, smtp_outcome(&r), code, talloc_asprintf(parent, "%s%s", enhanced, text));
}

static enum step next(struct driver *d, const void *parent, const struct message *m, int at,
		      const struct answer *answer, void **state, struct step_out *out)
{
	(void)state;
	*out = (struct step_out){.code = "", .detail = "", .provider_ref = "", .new_address = ""};
	return at == 0 ? submit(parent, d->config, m, out) : judge(parent, m, answer, out);
}

/* The signer of the settings' keys. False: *error names the setting. */
static bool keys_load(struct email *e, const char **error)
{
	const struct email_settings *s = e->settings;

	if (*s->dkim_key == '\0')
		return true;
	if ((e->dkim = dkim_new(e, s->domain, error)) == NULL)
		return false;
	if (!dkim_add(e->dkim, s->dkim_selector, s->dkim_key, error)) {
		*error = talloc_asprintf(e, "dkim_key: %s", *error);
		return false;
	}
	if (*s->dkim_key_2 && !dkim_add(e->dkim, s->dkim_selector_2, s->dkim_key_2, error)) {
		*error = talloc_asprintf(e, "dkim_key_2: %s", *error);
		return false;
	}
	return true;
}

struct driver *email_driver_new(const void *parent, const struct email_settings *settings, const char **error)
{
	struct driver *d = talloc_zero(parent, struct driver);
	struct email *e = talloc_zero(d, struct email);

	e->settings = email_settings_copy(e, settings);
	*error = email_settings_fault(e, e->settings);
	if (*error || !keys_load(e, error)) {
		*error = talloc_strdup(parent, *error);
		talloc_free(d);
		return NULL;
	}
	d->name = e->settings->name;
	d->channel = CHANNEL_EMAIL;
	d->config = e;
	d->next = next;
	return d;
}
