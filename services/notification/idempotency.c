/*
 * idempotency.c - keys, fingerprints and kept answers
 */
#include <openssl/sha.h>
#include <string.h>
#include <talloc.h>

#include "gen/sql/notification.h"
#include "services/notification/idempotency.h"

const char *idempotency_key(struct request *req, reply *out)
{
	const char *key = request_header(req, "idempotency-key");

	if (key && key[0] && strlen(key) <= IDEMPOTENCY_KEY_MAX)
		return key;
	*out = reply_error(req, ERR_MALFORMED, "this needs an Idempotency-Key header of 1 to %d bytes",
			   IDEMPOTENCY_KEY_MAX);
	return NULL;
}

/* The same request has the same fingerprint: it is of what stands in the path, and of the body's bytes. */
static void fingerprint_of(const struct request *req, unsigned char fingerprint[SHA256_DIGEST_LENGTH])
{
	char *whole = talloc_strdup(req, "");
	size_t i;

	for (i = 0; i < req->value_count; i++)
		if (strncmp(req->values[i].name, "path.", 5) == 0)
			whole = talloc_asprintf_append(whole, "%s\n", req->values[i].value);
	whole = talloc_strndup_append(whole, req->body, req->body_length);
	SHA256((const unsigned char *)whole, strlen(whole), fingerprint);
}

bool idempotency_replays(struct request *req, const char *key, reply *out)
{
	unsigned char fingerprint[SHA256_DIGEST_LENGTH];
	struct rows *lock, *r;
	const char *before;
	size_t length;

	fingerprint_of(req, fingerprint);
	db_begin(req->db, NULL);
	db_send(req->db, SQL_NOTIFICATION_TRY_REQUEST_LOCK, "tt", req->subject, key);
	db_send(req->db, SQL_NOTIFICATION_GET_REQUEST, "tt", req->subject, key);
	lock = db_next(req->db, req);
	r = db_next(req->db, req);
	if (db_failed(req->db) || !row_boolean(lock, 0, 0)) {
		request_put_header(req, "retry-after", "1");
		*out = reply_error(req, ERR_CONFLICT,
				   "a request with this Idempotency-Key is being worked on");
		return true;
	}
	if (rows_count(r) == 0)
		return false;
	before = row_bytes(r, 0, 0, &length);
	if (length != sizeof(fingerprint) || memcmp(before, fingerprint, length) != 0) {
		*out = reply_error(req, ERR_UNPROCESSABLE,
				   "this Idempotency-Key was used for another request");
		return true;
	}
	request_put_header(req, "idempotency-replayed", "true");
	before = row_bytes(r, 0, 2, &length);
	*out = reply_body(req, (int)row_integer(r, 0, 1), "application/json", before, length);
	return true;
}

void idempotency_keep(struct request *req, const char *key, int status, const char *answer)
{
	unsigned char fingerprint[SHA256_DIGEST_LENGTH];

	fingerprint_of(req, fingerprint);
	db_query(req->db, req, SQL_NOTIFICATION_PUT_REQUEST, "ttbht", req->subject, key, fingerprint,
		 sizeof(fingerprint), status, answer);
}

bool idempotency_used(struct request *req, const char *key)
{
	return key &&
	       rows_count(db_query(req->db, req, SQL_NOTIFICATION_GET_REQUEST, "tt", req->subject, key)) > 0;
}
