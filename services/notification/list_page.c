/*
 * list_page.c - cursors: HMAC-SHA256/128 over the list and the row, then the row, in base64url
 *
 * No rights hang on a cursor, so without secret_file the signature is a checksum: what was changed or belongs
 * to another list is refused either way.
 */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/base64url.h"
#include "services/notification/list_page.h"
#include "services/notification/notification_json.h"
#include "services/notification/notifier.h"

enum {
	MAC_BYTES = 16,
	ROW_MAX = 256
};

static const char *value_of(const struct request *req, const char *place, const char *name)
{
	size_t i, length = strlen(place);

	for (i = 0; i < req->value_count; i++)
		if (strncmp(req->values[i].name, place, length) == 0 &&
		    strcmp(req->values[i].name + length, name) == 0)
			return req->values[i].value;
	return NULL;
}

/* What the next page has in common with this one, in the order of the declaration. */
static const char *shared(const struct request *req, const struct parameter *p)
{
	if (strcmp(p->name, "cursor") == 0 || p->place == IN_HEADER)
		return NULL;
	return value_of(req, p->place == IN_PATH ? "path." : "query.", p->name);
}

static void sign(const struct request *req, const char *row, unsigned char mac[EVP_MAX_MD_SIZE])
{
	const struct notifier *n = req->daemon->state;
	const struct operation *op = req->operation;
	const char *key = n->secret ? n->secret : "", *value;
	char *text = talloc_strdup(req, op->name);
	unsigned length;
	size_t i;

	for (i = 0; i < op->parameter_count; i++) {
		value = shared(req, &op->parameters[i]);
		if (value && strcmp(op->parameters[i].name, "limit") != 0) /* pages may differ in length */
			text = talloc_asprintf_append(text, "\n%s=%s", op->parameters[i].name, value);
	}
	text = talloc_asprintf_append(text, "\ncursor=%s", row);
	HMAC(EVP_sha256(), key, (int)strlen(key), (const unsigned char *)text, strlen(text), mac, &length);
}

static const char *seal(const struct request *req, const char *row)
{
	unsigned char bytes[EVP_MAX_MD_SIZE + ROW_MAX];
	size_t length = strnlen(row, ROW_MAX);

	sign(req, row, bytes);
	memcpy(bytes + MAC_BYTES, row, length);
	return base64url_encode(req, bytes, MAC_BYTES + length);
}

static const char *unseal(const struct request *req, const char *cursor)
{
	size_t length = strlen(cursor) / 4 * 3 + (strlen(cursor) % 4 > 1 ? strlen(cursor) % 4 - 1 : 0);
	unsigned char *bytes = talloc_zero_size(req, length + 1), mac[EVP_MAX_MD_SIZE];
	char *row = (char *)bytes + MAC_BYTES;

	if (length <= MAC_BYTES || !base64url_decode(cursor, bytes, length) ||
	    strlen(row) != length - MAC_BYTES)
		return NULL;
	sign(req, row, mac);
	return CRYPTO_memcmp(mac, bytes, MAC_BYTES) == 0 ? row : NULL;
}

bool list_page_begin(struct request *req, const char *cursor, const char **after, reply *out)
{
	static const struct fault fault = {"?cursor", "is not one that was given out for this list"};

	*after = cursor ? unseal(req, cursor) : NULL;
	if (cursor == NULL || *after)
		return true;
	*out = reply_faults(req, ERR_INVALID, &fault, 1);
	return false;
}

/* RFC 8288: the same list with another cursor. */
static void put_link(struct request *req, const char *cursor)
{
	const struct operation *op = req->operation;
	char *link = talloc_asprintf(req, "<%s?", request_path(req));
	const char *value;
	size_t i;

	for (i = 0; i < op->parameter_count; i++)
		if (op->parameters[i].place == IN_QUERY && (value = shared(req, &op->parameters[i])) != NULL)
			link = talloc_asprintf_append(link, "%s=%s&", op->parameters[i].name,
						      request_encoded(req, value));
	request_put_header(req, "link", talloc_asprintf(req, "%scursor=%s>; rel=\"next\"", link, cursor));
}

reply list_page_reply(struct request *req, struct json_writer *w, const char *last)
{
	const char *cursor = last ? seal(req, last) : NULL;

	if (cursor)
		put_link(req, cursor);
	json_put_text(w, "next_cursor", cursor);
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
