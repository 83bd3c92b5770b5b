/*
 * idempotency.c - a request with an Idempotency-Key has one effect and one answer (see idempotency.h)
 */
#include <openssl/sha.h>
#include <string.h>

#include "common/db.h"
#include "gen/sql/notification.h"
#include "services/notification/idempotency.h"

/* The same request has the same fingerprint: it is of the body's bytes. */
static void fingerprint_of(const struct request *req, unsigned char fingerprint[SHA256_DIGEST_LENGTH])
{
	SHA256((const unsigned char *)req->body, req->body_length, fingerprint);
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
	if (length != SHA256_DIGEST_LENGTH || memcmp(before, fingerprint, length) != 0) {
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
