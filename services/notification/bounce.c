/*
 * bounce.c - what a mail to our bounce domain says about mails of ours
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <talloc.h>

#include "services/notification/bounce.h"
#include "services/notification/mime_read.h"
#include "services/notification/smtp_reply.h"
#include "services/notification/notification_id.h"
#include "services/notification/verp.h"

/* A mail being read. */
struct reading {
	const struct bounce_settings *settings;
	struct bounces *out;
	const struct mime_part *mail;
	struct mime_field *original; /* the header of the mail of ours that came back with it */
	size_t original_count;
	struct bounce common; /* what holds for every recipient */
};

/* A block of fields, as message/delivery-status has many. */
struct block {
	struct mime_field *fields;
	size_t count;
};

static const char *const kind_names[BOUNCE_KIND_COUNT] = {
	[BOUNCE_FAILED] = "failed",
	[BOUNCE_DELAYED] = "delayed",
	[BOUNCE_DELIVERED] = "delivered",
	[BOUNCE_COMPLAINT] = "complaint",
	[BOUNCE_UNSUBSCRIBE] = "unsubscribe-mail",
	[BOUNCE_OTHER] = "other",
};

static const struct {
	const char *action;
	enum bounce_kind kind;
} actions[] = {
	{"failed", BOUNCE_FAILED},     {"delayed", BOUNCE_DELAYED},    {"delivered", BOUNCE_DELIVERED},
	{"relayed", BOUNCE_DELIVERED}, {"expanded", BOUNCE_DELIVERED},
};

const char *bounce_kind_name(enum bounce_kind kind)
{
	return kind_names[kind];
}

/* A field's value, at most BOUNCE_TEXT_MAX of it; "" if there is none. */
static const char *field(const void *parent, const struct block *b, const char *name)
{
	const char *value = mime_get(b->fields, b->count, name);

	return value ? talloc_strndup(parent, value, BOUNCE_TEXT_MAX) : "";
}

/* What stands behind "rfc822;", "smtp;", "dns;". */
static const char *behind_type(const char *value)
{
	const char *semicolon = strchr(value, ';');

	return semicolon ? semicolon + 1 + strspn(semicolon + 1, " ") : value;
}

/* An address without the brackets that it may stand in. */
static const char *bare(const void *parent, const char *value)
{
	const char *open = strrchr(value, '<');

	if (open)
		return talloc_strndup(parent, open + 1, strcspn(open + 1, "> "));
	return talloc_strndup(parent, value, strcspn(value, " "));
}

/* The first enhanced code in a text, as "5.1.1"; "" if there is none. */
static const char *status_in(const void *parent, const char *text)
{
	int class, subject, detail;
	const char *p;

	for (p = text; *p; p++) {
		if ((p > text && !strchr(" \t-#(", p[-1])) ||
		    !smtp_enhanced_read(p, &class, &subject, &detail))
			continue;
		return talloc_asprintf(parent, "%d.%d.%d", class, subject, detail);
	}
	return "";
}

/* By the Action, or where that says nothing by the status. */
static enum bounce_kind kind_of(const char *action, const char *status)
{
	size_t i;

	for (i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strncasecmp(action, actions[i].action, strlen(actions[i].action)) == 0)
			return actions[i].kind;
	switch (*status) {
	case '5':
		return BOUNCE_FAILED;
	case '4':
		return BOUNCE_DELAYED;
	case '2':
		return BOUNCE_DELIVERED;
	default:
		return BOUNCE_OTHER;
	}
}

static void add(struct reading *r, const struct bounce *b)
{
	struct bounces *out = r->out;

	if (out->count == BOUNCES_MAX)
		return;
	out->list = talloc_realloc(out, out->list, struct bounce, out->count + 1);
	out->list[out->count++] = *b;
}

/* The id that an address of ours carries. */
static bool identify_by_address(struct reading *r, const char *address, enum verp_purpose wanted)
{
	const struct bounce_settings *s = r->settings;
	enum verp_purpose purpose;
	const char *id = verp_read(r->out, address, s->verp_secret, s->bounce_domain, &purpose);

	if (id == NULL || purpose != wanted)
		return false;
	r->common.notification_id = id;
	r->common.authentic = true;
	return true;
}

/* The id that <id@domain> of the returned mail names, which proves nothing. */
static void identify_by_original(struct reading *r)
{
	const char *value = mime_get(r->original, r->original_count, "Message-ID"), *id, *at;

	if (value == NULL)
		return;
	value = bare(r->out, value);
	if ((at = strrchr(value, '@')) == NULL || strcasecmp(at + 1, r->settings->domain) != 0)
		return;
	id = talloc_strndup(r->out, value, (size_t)(at - value));
	if (notification_id_valid(id))
		r->common.notification_id = id;
}

/* Finds the header of our own mail: a whole message, or its header alone (RFC 6522 3). */
static void find_original(struct reading *r)
{
	static const char *const types[] = {"message/rfc822", "text/rfc822-headers", "message/global",
					    "message/global-headers"};
	const struct mime_part *part = NULL;
	size_t i, length;
	char *content;

	for (i = 0; part == NULL && i < sizeof(types) / sizeof(types[0]); i++)
		part = mime_find(r->mail->first, types[i]);
	if (part == NULL)
		return;
	content = mime_content(r->out, part, &length);
	mime_read_fields(r->out, content, content + length, &r->original, &r->original_count);
}

/* One recipient's block of a delivery status. */
static void add_recipient(struct reading *r, const struct block *b)
{
	struct bounce found = r->common;
	void *p = r->out;
	const char *told;

	found.recipient = bare(p, behind_type(field(p, b, "Original-Recipient")));
	if (*found.recipient == '\0')
		found.recipient = bare(p, behind_type(field(p, b, "Final-Recipient")));
	found.action = field(p, b, "Action");
	found.diagnostic = behind_type(field(p, b, "Diagnostic-Code"));
	found.remote_mta = behind_type(field(p, b, "Remote-MTA"));
	told = field(p, b, "Status");
	found.status = status_in(p, told);
	/* x.0.0 and x.1.0 say nothing; the remote server's own words may (RFC 3464 2.3.4). */
	if (*found.status == '\0' || strcmp(found.status + 1, ".0.0") == 0) {
		told = status_in(p, found.diagnostic);
		found.status = *told ? told : found.status;
	}
	found.kind = kind_of(found.action, found.status);
	found.attempted = field(p, b, "Last-Attempt-Date");
	add(r, &found);
}

/* The blocks of a message/delivery-status: one about the report, then one for each recipient. */
static void read_status(struct reading *r, const struct mime_part *part)
{
	size_t length;
	const char *text = mime_content(r->out, part, &length), *end = text + length;
	struct block b;

	while (text < end && r->out->count < BOUNCES_MAX) {
		text = mime_read_fields(r->out, text, end, &b.fields, &b.count);
		if (mime_get(b.fields, b.count, "Reporting-MTA"))
			r->common.reporting_mta = behind_type(field(r->out, &b, "Reporting-MTA"));
		if (mime_get(b.fields, b.count, "Arrival-Date"))
			r->common.arrival = field(r->out, &b, "Arrival-Date");
		if (mime_get(b.fields, b.count, "Final-Recipient") ||
		    mime_get(b.fields, b.count, "Original-Recipient"))
			add_recipient(r, &b);
	}
}

/* A message/feedback-report: one complaint, about a mail that its sender or its Message-ID names. */
static void read_feedback(struct reading *r, const struct mime_part *part)
{
	struct bounce found;
	struct block b;
	void *p = r->out;
	size_t length;
	const char *text = mime_content(p, part, &length), *to, *path;

	mime_read_fields(p, text, text + length, &b.fields, &b.count);
	if (!r->common.authentic)
		identify_by_address(r, bare(p, field(p, &b, "Original-Mail-From")), VERP_BOUNCE);
	path = mime_get(r->original, r->original_count, "Return-Path");
	if (!r->common.authentic && path)
		identify_by_address(r, bare(p, path), VERP_BOUNCE);
	found = r->common;
	found.kind = BOUNCE_COMPLAINT;
	found.action = field(p, &b, "Feedback-Type");
	found.arrival = field(p, &b, "Arrival-Date");
	found.reporting_mta = behind_type(field(p, &b, "Reporting-MTA"));
	found.recipient = bare(p, behind_type(field(p, &b, "Original-Rcpt-To")));
	to = mime_get(r->original, r->original_count, "To");
	if (*found.recipient == '\0' && to)
		found.recipient = bare(p, to);
	/* "not-spam" takes a complaint back (RFC 6430); it is not one. */
	if (strcasecmp(found.action, "not-spam") == 0)
		found.kind = BOUNCE_OTHER;
	add(r, &found);
}

static void read_report(struct reading *r)
{
	const struct mime_part *part;

	if ((part = mime_find(r->mail, "message/feedback-report")) != NULL)
		read_feedback(r, part);
	else if ((part = mime_find(r->mail, "message/delivery-status")) != NULL ||
		 (part = mime_find(r->mail, "message/global-delivery-status")) != NULL)
		read_status(r, part);
}

struct bounces *bounce_read(const void *parent, const struct bounce_settings *settings, const char *recipient,
			    const char *mail, size_t length)
{
	struct reading r = {.settings = settings};

	r.common = (struct bounce){BOUNCE_OTHER, false, "", "", "", "", "", "", "", "", ""};
	r.out = talloc_zero(parent, struct bounces);
	if ((r.mail = mime_read(r.out, mail, length)) == NULL) {
		talloc_free(r.out);
		return NULL;
	}
	if (identify_by_address(&r, recipient, VERP_UNSUBSCRIBE)) {
		r.common.kind = BOUNCE_UNSUBSCRIBE;
		add(&r, &r.common);
		return r.out;
	}
	find_original(&r);
	identify_by_original(&r);
	identify_by_address(&r, recipient, VERP_BOUNCE);
	read_report(&r);
	if (r.out->count == 0)
		add(&r, &r.common);
	return r.out;
}
