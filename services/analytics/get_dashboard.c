/*
 * get_dashboard.c - where a member's money and points went
 *
 * The finished text is kept in insights_cache with its entity tag in front; the consumer drops
 * it after the commit that outdates it, and midnight in the member's zone ends it.
 */
#include <string.h>
#include <talloc.h>

#include "services/analytics/dashboard.h"

static const char *cache_key(struct request *req, const char *member_id)
{
	return talloc_asprintf(req, "insights_cache:{%s}", member_id);
}

static const char *cache_entry(struct request *req)
{
	struct analytics *a = req->daemon->state;

	return talloc_asprintf(req, "dashboard?%s#%lld", request_query(req),
			       (long long)a->catalogue->version);
}

static const char *path_member(const struct request *req)
{
	size_t i;

	for (i = 0; i < req->value_count; i++)
		if (strcmp(req->values[i].name, "path.member_id") == 0)
			return req->values[i].value;
	return NULL;
}

/* One round trip to Redis for all dashboards of a frame. */
void prefetch_dashboards(struct daemon *d, struct request **requests, size_t count)
{
	struct analytics *a = d->state;
	struct request **wanted = talloc_array(d, struct request *, count);
	const char **keys = talloc_array(wanted, const char *, count),
		   **entries = talloc_array(wanted, const char *, count);
	const char **found = talloc_zero_array(wanted, const char *, count);
	size_t *lengths = talloc_zero_array(wanted, size_t, count), i, n = 0;
	char(*tokens)[CACHE_TOKEN] = talloc_zero_size(wanted, count * sizeof(*tokens));

	for (i = 0; i < count; i++) {
		if (a->cache_seconds == 0 || requests[i]->operation != &operation_get_dashboard ||
		    path_member(requests[i]) == NULL)
			continue;
		wanted[n] = requests[i];
		keys[n] = cache_key(requests[i], path_member(requests[i]));
		entries[n++] = cache_entry(requests[i]);
	}
	if (n > 0)
		cache_get_many(d->cache, wanted, n, keys, entries, found, lengths, tokens);
	for (i = 0; i < n; i++) {
		memcpy(wanted[i]->cache_token, tokens[i], CACHE_TOKEN);
		wanted[i]->cached = found[i] ? talloc_steal(wanted[i], found[i]) : NULL;
		wanted[i]->cached_length = lengths[i];
		metric_add(a->cache_hits, found[i] ? "hit" : "miss", 1);
	}
	talloc_free(wanted);
}

/* The cached text is the entity tag, a newline, the document. */
static bool reply_cached(struct request *req, reply *out)
{
	const char *newline;

	if (req->cached == NULL || (newline = memchr(req->cached, '\n', req->cached_length)) == NULL)
		return false;
	if (reply_not_modified(req, talloc_strndup(req, req->cached, (size_t)(newline - req->cached)), out))
		return true;
	*out = reply_body(req, 200, "application/json", newline + 1,
			  req->cached_length - (size_t)(newline + 1 - req->cached));
	return true;
}

static void put_cached(struct request *req, const struct dashboard *d, const char *etag, const char *text,
		       size_t length)
{
	struct analytics *a = req->daemon->state;
	int64_t midnight = (tz_day_start(d->zone, d->today + 1) - d->now) / SECOND;
	int64_t seconds = a->cache_seconds < midnight ? a->cache_seconds : midnight;
	size_t tag_length = strlen(etag);
	char *value;

	if (db_failed(req->db) || seconds < 1 || req->cache_token[0] == '\0')
		return;
	value = talloc_array(req, char, tag_length + 1 + length);
	memcpy(value, etag, tag_length);
	value[tag_length] = '\n';
	memcpy(value + tag_length + 1, text, length);
	cache_put(req->cache, cache_key(req, d->member->member_id), cache_entry(req), req->cache_token, value,
		  tag_length + 1 + length, seconds);
}

reply get_dashboard(struct request *req, const struct get_dashboard_in *in)
{
	struct dashboard_query q = {in->member_id,
				    in->currency,
				    (enum period_kind)in->period,
				    (enum compare_kind)in->compare,
				    in->has_from,
				    in->has_to,
				    in->from,
				    in->to};
	struct dashboard *d;
	struct json_writer *w;
	const char *etag, *text, *query = request_query(req);
	size_t length;
	reply out;

	request_put_header(req, "cache-control", "private, no-cache");
	if (reply_cached(req, &out))
		return out;
	if ((d = load_dashboard(req, &q, &out)) == NULL)
		return out;
	etag = dashboard_etag(req, d->member, d->catalogue, d->today, query);
	w = json_writer_new(req);
	dashboard_put(w, req, d, query);
	text = json_text(w, &length);
	put_cached(req, d, etag, text, length);
	if (reply_not_modified(req, etag, &out))
		return out;
	return reply_json(req, w);
}
