/*
 * mime.c - a whole mail, written the same way each time
 */
#include <glib.h>
#include <stdbool.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/address.h"
#include "services/notification/mime.h"
#include "services/notification/mime_body.h"
#include "services/notification/mime_header.h"

enum {
	ID_MAX = 64
};

/* A mail on its way: its parts' bodies are encoded before the first boundary is chosen. */
struct draft {
	const struct mail *mail;
	struct mime_headers head;
	struct bytes *text, *html;         /* encoded; empty = absent */
	const char *alternative, *related; /* boundaries; NULL = this level is not needed */
};

static const char *const weekdays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
				     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/* RFC 5322 3.3, in UTC. */
static const char *date_text(const void *parent, instant t)
{
	int64_t seconds = t / SECOND - (t % SECOND < 0);
	day d = (day)(seconds / DAY_SECONDS - (seconds % DAY_SECONDS < 0));
	int64_t rest = seconds - d * DAY_SECONDS;
	int year, month, mday;

	day_to_civil(d, &year, &month, &mday);
	return talloc_asprintf(parent, "%s, %d %s %04d %02d:%02d:%02d +0000", weekdays[day_weekday(d)], mday,
			       months[month - 1], year, (int)(rest / 3600), (int)(rest / 60 % 60),
			       (int)(rest % 60));
}

static bool only(const char *text, const char *accepted, size_t most)
{
	size_t length = strlen(text);

	return length > 0 && length <= most && strspn(text, accepted) == length;
}

#define ALNUM "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/* What the headers' writer does not see: ids, URIs, and the texts' encoding. */
static const char *mail_fault(const void *parent, const struct mail *m)
{
	const char *fault;
	size_t i;

	if (!only(m->id, ALNUM "-", ID_MAX))
		return "Message-ID: the id is not 1 to 64 letters, digits and hyphens";
	if ((fault = address_domain_fault(parent, m->domain)) != NULL)
		return talloc_asprintf(parent, "Message-ID: %s", fault);
	if (!g_utf8_validate(m->text, -1, NULL))
		return "text: is not UTF-8";
	if (!g_utf8_validate(m->html, -1, NULL))
		return "html: is not UTF-8";
	if (*m->text == '\0' && *m->html == '\0')
		return "text: neither text nor html";
	for (i = 0; i < m->image_count; i++) {
		if (!only(m->images[i].content_id, ALNUM "-_.", ID_MAX))
			return "Content-ID: not 1 to 64 letters, digits, hyphens, underscores and dots";
		if (strncmp(m->images[i].content_type, "image/", 6) != 0 ||
		    !only(m->images[i].content_type + 6, ALNUM "-+.", ID_MAX))
			return "Content-Type: an inline image is not of a type image/...";
	}
	return NULL;
}

/* "ae-<id>-<level><n>" with the first n that stands nowhere in the texts. */
static const char *boundary(const struct draft *d, char level)
{
	const char *name = NULL;
	int n;

	for (n = 0; name == NULL || strstr(d->text->data, name) || strstr(d->html->data, name); n++)
		name = talloc_asprintf(d->head.out, "ae-%s-%c%d", d->mail->id, level, n);
	return name;
}

/* RFC 2369 3.2 and RFC 8058 3.1: one https URI, perhaps an address, and the one-click mark. */
static void put_list(struct mime_headers *h, const struct mail *m)
{
	const char *value;

	if (strncmp(m->unsubscribe, "https://", 8) != 0 || strpbrk(m->unsubscribe, " <>\"\t")) {
		if (h->error == NULL)
			h->error = "List-Unsubscribe: is not an https URI";
		return;
	}
	value = talloc_asprintf(h->out, "<%s>", m->unsubscribe);
	if (*m->unsubscribe_mail)
		value = talloc_asprintf(h->out, "%s, <mailto:%s>", value, m->unsubscribe_mail);
	if (*m->list_id)
		mime_header_token(h, "List-Id", talloc_asprintf(h->out, "<%s>", m->list_id));
	mime_header_token(h, "List-Unsubscribe", value);
	mime_header_token(h, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
}

static void put_headers(struct mime_headers *h, const struct mail *m)
{
	mime_header_mailbox(h, "From", m->from_name, m->from);
	mime_header_mailbox(h, "To", "", m->to);
	if (*m->reply_to)
		mime_header_mailbox(h, "Reply-To", "", m->reply_to);
	mime_header_text(h, "Subject", m->subject);
	mime_header_token(h, "Date", date_text(h->out, m->date));
	mime_header_token(h, "Message-ID", talloc_asprintf(h->out, "<%s@%s>", m->id, m->domain));
	if (m->automatic)
		mime_header_token(h, "Auto-Submitted", "auto-generated");
	if (*m->unsubscribe)
		put_list(h, m);
	if (*m->feedback_id)
		mime_header_token(h, "Feedback-ID", m->feedback_id);
	mime_header_token(h, "MIME-Version", "1.0");
}

static void put_text(struct bytes *out, const char *type, const struct bytes *encoded)
{
	bytes_print(out, "Content-Type: %s; charset=utf-8\r\n", type);
	bytes_text(out, "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
	bytes_put(out, encoded->data, encoded->length);
}

static void put_multipart(struct draft *d, const char *kind, const char *name)
{
	struct bytes *out = d->head.out;

	mime_header_token(&d->head, "Content-Type", talloc_asprintf(out, "%s; boundary=\"%s\"", kind, name));
	bytes_text(out, "\r\n");
}

static void put_image(struct bytes *out, const struct inline_image *image)
{
	bytes_print(out, "Content-Type: %s\r\n", image->content_type);
	bytes_text(out, "Content-Transfer-Encoding: base64\r\n");
	bytes_print(out, "Content-ID: <%s>\r\n", image->content_id);
	bytes_text(out, "Content-Disposition: inline\r\n\r\n");
	mime_put_base64(out, image->bytes, image->length);
}

/* The HTML and the images that it shows (RFC 2387). The CRLF before a boundary belongs to the boundary. */
static void put_html(struct draft *d)
{
	struct bytes *out = d->head.out;
	size_t i;

	if (d->related == NULL) {
		put_text(out, "text/html", d->html);
		return;
	}
	put_multipart(d, "multipart/related; type=\"text/html\"", d->related);
	bytes_print(out, "--%s\r\n", d->related);
	put_text(out, "text/html", d->html);
	for (i = 0; i < d->mail->image_count; i++) {
		bytes_print(out, "\r\n--%s\r\n", d->related);
		put_image(out, &d->mail->images[i]);
	}
	bytes_print(out, "\r\n--%s--\r\n", d->related);
}

static void put_body(struct draft *d)
{
	struct bytes *out = d->head.out;

	if (d->alternative == NULL) {
		if (d->html->length > 0)
			put_html(d);
		else
			put_text(out, "text/plain", d->text);
		return;
	}
	put_multipart(d, "multipart/alternative", d->alternative);
	bytes_print(out, "--%s\r\n", d->alternative);
	put_text(out, "text/plain", d->text);
	bytes_print(out, "\r\n--%s\r\n", d->alternative);
	put_html(d);
	bytes_print(out, "\r\n--%s--\r\n", d->alternative);
}

struct bytes *mime_write(const void *parent, const struct mail *mail, const char **error)
{
	struct draft d = {.mail = mail, .head = {.out = bytes_new(parent)}};

	if ((*error = mail_fault(parent, mail)) != NULL)
		return NULL;
	d.text = bytes_new(d.head.out);
	d.html = bytes_new(d.head.out);
	mime_put_quoted(d.text, mail->text);
	mime_put_quoted(d.html, mail->html);
	if (d.html->length > 0 && mail->image_count > 0)
		d.related = boundary(&d, 'r');
	if (d.html->length > 0 && d.text->length > 0)
		d.alternative = boundary(&d, 'a');
	put_headers(&d.head, mail);
	put_body(&d);
	*error = d.head.error;
	return *error == NULL ? d.head.out : NULL;
}
