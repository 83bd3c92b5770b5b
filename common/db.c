/*
 * db.c - one PostgreSQL connection in pipeline mode
 *
 * Straight-line callers block here, but never without a bound: each wait polls the socket until
 * the deadline. A connection that misses one is dropped and opened anew, because there is no
 * telling what it still does. Values and rows are in db_value.c.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/db.h"
#include "common/db_value.h"
#include "common/log.h"

enum {
	QUEUE_MAX = 64, /* statements between two waits; more is a bug of ours */
	PARAMETERS_MAX = 32,
};
static const int64_t default_wait = 5 * SECOND;
static const int64_t retry_after = SECOND / 4;

struct db {
	PGconn *conn;
	const char *conninfo;
	const struct statement *statements;
	size_t statement_count;
	size_t queued; /* sent, result not yet taken */
	size_t quiet;  /* of those, how many at the head nobody takes: db_begin's */
	bool synced;   /* a sync ends what was queued */
	bool failed, lost;
	char sqlstate[6];
	const char *message;
	int64_t deadline;
	int64_t next_try; /* CLOCK_MONOTONIC microseconds */
};

static int db_free(struct db *db)
{
	PQfinish(db->conn);
	return 0;
}

struct db *db_new(const void *parent, const char *conninfo, const struct statement *statements, size_t count)
{
	struct db *db = talloc_zero(parent, struct db);

	db->conninfo = talloc_strdup(db, conninfo);
	db->statements = statements;
	db->statement_count = count;
	db->message = "";
	talloc_set_destructor(db, db_free);
	return db;
}

bool db_failed(const struct db *db)
{
	return db->failed;
}

bool db_lost(const struct db *db)
{
	return db->lost;
}

const char *db_sqlstate(const struct db *db)
{
	return db->sqlstate;
}

const char *db_message(const struct db *db)
{
	return db->message;
}

void db_set_deadline(struct db *db, int64_t deadline)
{
	db->deadline = deadline;
}

/* Remembers the first failure; later ones are its consequences. */
static void fail(struct db *db, const PGresult *result, const char *message)
{
	const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;

	if (db->failed)
		return;
	db->failed = true;
	memset(db->sqlstate, 0, sizeof(db->sqlstate));
	if (state)
		memcpy(db->sqlstate, state, 5);
	if (db->message[0])
		talloc_free((void *)db->message);
	db->message = talloc_strdup(db, message);
}

static void lose(struct db *db, const char *message)
{
	fail(db, NULL, message);
	db->lost = true;
	PQfinish(db->conn);
	db->conn = NULL;
	db->queued = db->quiet = 0;
	db->synced = false;
}

static int64_t wait_until(const struct db *db)
{
	int64_t usual = clock_monotonic() + default_wait;

	return db->deadline && db->deadline < usual ? db->deadline : usual;
}

/* Waits for the socket. False: the deadline passed. */
static bool wait_socket(const struct db *db, short events, int64_t until)
{
	struct pollfd p = {.fd = PQsocket(db->conn), .events = events};
	int64_t left;
	int n;

	do {
		left = (until - clock_monotonic() + 999) / 1000;
		n = poll(&p, 1, left < 0 ? 0 : (int)left);
	} while (n < 0 && errno == EINTR);
	return n > 0;
}

/* Sends what is buffered; reads meanwhile, so that neither side blocks the other. */
static bool flush(struct db *db, int64_t until)
{
	int rest;

	while ((rest = PQflush(db->conn)) == 1) {
		if (!wait_socket(db, POLLIN | POLLOUT, until)) {
			lose(db, "no progress while sending, in time");
			return false;
		}
		if (!PQconsumeInput(db->conn))
			break;
	}
	if (rest == 0)
		return true;
	lose(db, PQerrorMessage(db->conn));
	return false;
}

/* The next result, waited for. NULL with db->conn gone on failure, else NULL as libpq says it. */
static PGresult *take(struct db *db, int64_t until)
{
	while (PQisBusy(db->conn)) {
		if (!wait_socket(db, POLLIN, until)) {
			lose(db, "no answer from PostgreSQL in time");
			return NULL;
		}
		if (!PQconsumeInput(db->conn)) {
			lose(db, PQerrorMessage(db->conn));
			return NULL;
		}
	}
	return PQgetResult(db->conn);
}

/* Reads up to the sync that ends the queue, dropping results nobody asks for any more. */
static void drain(struct db *db)
{
	int64_t until = wait_until(db);
	PGresult *r;
	ExecStatusType status;
	int nothing = 0;

	while (db->conn && db->synced) {
		r = take(db, until);
		if (r == NULL) {
			if (++nothing > QUEUE_MAX && db->conn)
				lose(db, "the connection answers with nothing");
			continue;
		}
		nothing = 0;
		status = PQresultStatus(r);
		if (status == PGRES_PIPELINE_SYNC)
			db->synced = false;
		else if (status == PGRES_FATAL_ERROR)
			fail(db, r, PQresultErrorMessage(r));
		PQclear(r);
	}
	db->queued = db->quiet = 0;
}

static bool sync_queue(struct db *db)
{
	if (db->conn == NULL)
		return false;
	if (db->synced)
		return true;
	if (!PQpipelineSync(db->conn)) {
		lose(db, PQerrorMessage(db->conn));
		return false;
	}
	db->synced = true;
	return flush(db, wait_until(db));
}

static bool usable(struct db *db)
{
	if (db->failed)
		return false;
	if (db->conn == NULL) {
		fail(db, NULL, "PostgreSQL is away");
		db->lost = true;
		return false;
	}
	if (db->queued == 0 && db->synced)
		drain(db);
	return !db->failed && db->queued < QUEUE_MAX;
}

static void queued(struct db *db, int accepted)
{
	if (accepted)
		db->queued++;
	else
		lose(db, PQerrorMessage(db->conn));
}

static void send_values(struct db *db, int statement, const char *format, va_list values)
{
	struct db_values v;

	if (!usable(db))
		return;
	db_values_bind(&v, format, values);
	queued(db, PQsendQueryPrepared(db->conn, db->statements[statement].name, v.count, v.pointers,
				       v.lengths, v.formats, 1));
}

void db_send(struct db *db, int statement, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	send_values(db, statement, format, values);
	va_end(values);
}

void db_send_text(struct db *db, const char *sql)
{
	if (usable(db))
		queued(db, PQsendQueryParams(db->conn, sql, 0, NULL, NULL, NULL, NULL, 1));
}

void db_begin(struct db *db, const char *settings)
{
	db_send_text(db, "BEGIN");
	db->quiet = db->queued;
	if (settings) {
		db_send_text(db, settings);
		db->quiet = db->queued;
	}
}

static struct rows *next_result(struct db *db, const void *parent)
{
	int64_t until = wait_until(db);
	PGresult *r;
	struct rows *rows = NULL;

	if (db->failed || db->queued == 0 || !sync_queue(db))
		return NULL;
	r = take(db, until);
	if (r == NULL)
		return NULL;
	switch (PQresultStatus(r)) {
	case PGRES_TUPLES_OK:
	case PGRES_COMMAND_OK:
		rows = rows_new(parent, r);
		break;
	default:
		fail(db, r, PQresultErrorMessage(r));
		PQclear(r);
		return NULL;
	}
	r = take(db, until); /* the NULL that ends a statement */
	if (r)
		PQclear(r);
	if (--db->queued == 0)
		drain(db);
	return rows;
}

struct rows *db_next(struct db *db, const void *parent)
{
	while (db->quiet > 0 && !db->failed) {
		db->quiet--;
		talloc_free(next_result(db, db));
	}
	return next_result(db, parent);
}

struct rows *db_query(struct db *db, const void *parent, int statement, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	send_values(db, statement, format, values);
	va_end(values);
	return db_next(db, parent);
}

bool db_run(struct db *db, const char *sql)
{
	struct rows *r;

	db_send_text(db, sql);
	r = db_next(db, db);
	talloc_free(r);
	return r != NULL;
}

void db_clear(struct db *db)
{
	bool was_failed = db->failed;

	if (db->conn && (db->queued || db->synced) && sync_queue(db))
		drain(db);
	db->failed = db->lost = false;
	db->sqlstate[0] = '\0';
	db->deadline = 0;
	if (db->conn && PQtransactionStatus(db->conn) != PQTRANS_IDLE && !db_run(db, "ROLLBACK"))
		lose(db, "an open transaction could not be rolled back");
	if (was_failed || db->failed) {
		db->failed = db->lost = false;
		db->sqlstate[0] = '\0';
	}
}

/* --- connecting -------------------------------------------------------------------------------- */

static bool connect_wait(struct db *db, int64_t until)
{
	PostgresPollingStatusType state = PGRES_POLLING_WRITING;

	while (state != PGRES_POLLING_OK) {
		if (state == PGRES_POLLING_FAILED)
			return false;
		if (!wait_socket(db, state == PGRES_POLLING_READING ? POLLIN : POLLOUT, until))
			return false;
		state = PQconnectPoll(db->conn);
	}
	return true;
}

/* A name that does not prepare is a mistake of ours, found at start and not on a request. */
static bool prepare_all(struct db *db)
{
	PGresult *r;
	size_t i;
	bool good = true;

	for (i = 0; i < db->statement_count && good; i++) {
		r = PQprepare(db->conn, db->statements[i].name, db->statements[i].text, 0, NULL);
		good = PQresultStatus(r) == PGRES_COMMAND_OK;
		if (!good) {
			fail(db, r, PQresultErrorMessage(r));
			log_error("statement does not prepare name=%s message=\"%s\"", db->statements[i].name,
				  db->message);
		}
		PQclear(r);
	}
	return good;
}

static void ignore_notice(void *unused, const PGresult *result)
{
	(void)unused;
	log_debug("postgresql notice message=\"%s\"", PQresultErrorMessage(result));
}

static bool open_connection(struct db *db)
{
	db->conn = PQconnectStart(db->conninfo);
	if (db->conn == NULL || PQstatus(db->conn) == CONNECTION_BAD ||
	    !connect_wait(db, clock_monotonic() + 2 * SECOND)) {
		lose(db, db->conn ? PQerrorMessage(db->conn) : "out of memory");
		return false;
	}
	PQsetNoticeReceiver(db->conn, ignore_notice, NULL);
	if (!prepare_all(db) || PQsetnonblocking(db->conn, 1) != 0 || !PQenterPipelineMode(db->conn)) {
		lose(db, PQerrorMessage(db->conn));
		return false;
	}
	return true;
}

/*
 * Whether the server has ended an idle connection: nothing should be there to read, and what is (a notice, a
 * changed parameter, the server's last words) is read up to its end. One poll when there is nothing.
 */
static bool closed(struct db *db)
{
	struct pollfd p = {.fd = PQsocket(db->conn), .events = POLLIN};

	while (poll(&p, 1, 0) > 0)
		if (!PQconsumeInput(db->conn) || PQstatus(db->conn) == CONNECTION_BAD)
			return true;
	return false;
}

bool db_ensure(struct db *db)
{
	bool idle = db->conn && !db->failed && db->queued == 0 && !db->synced;

	if (idle && closed(db)) {
		log_info("postgresql closed the connection");
		PQfinish(db->conn);
		db->conn = NULL;
	}
	if (db->conn)
		return true;
	if (clock_monotonic() < db->next_try)
		return false;
	db->failed = db->lost = false;
	if (open_connection(db)) {
		log_info("postgresql is there");
		return true;
	}
	db->next_try = clock_monotonic() + retry_after;
	log_warning("postgresql is away message=\"%s\"", db->message);
	db->failed = db->lost = false;
	return false;
}
