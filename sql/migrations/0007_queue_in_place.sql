-- A claim changes no indexed column: what is being sent keeps its place in the queue's index, and its lease stands beside it.

ALTER TABLE analytics.notifications
	ADD COLUMN leased_until timestamptz,
	ADD COLUMN stage smallint GENERATED ALWAYS AS (CASE WHEN status = 2 THEN 1 WHEN status < 4 THEN 0 ELSE 2 END) STORED;
COMMENT ON COLUMN analytics.notifications.leased_until IS 'Of one being sent: the end of the lease, when another sender takes it over';
COMMENT ON COLUMN analytics.notifications.stage IS '0 in the queue (queued, held, being sent), 1 waits for a digest, 2 ended; indexes go by it, so that a claim need not touch them';
COMMENT ON COLUMN analytics.notifications.due_at IS 'When it is to be looked at';
UPDATE analytics.notifications SET leased_until = due_at WHERE status = 3;

DROP INDEX analytics.notifications_queue, analytics.notifications_digest, analytics.notifications_recent, analytics.notifications_open;
CREATE INDEX notifications_queue ON analytics.notifications (priority, due_at) WHERE stage = 0;
CREATE INDEX notifications_digest ON analytics.notifications (due_at, member_id) WHERE stage = 1;
CREATE INDEX notifications_recent ON analytics.notifications (member_id, sent_at) WHERE sent_at IS NOT NULL AND priority >= 2;
CREATE INDEX notifications_open ON analytics.notifications (member_id) WHERE stage < 2;

-- Most intents have no key, and an index of nulls is work for nothing.
ALTER TABLE analytics.notifications DROP CONSTRAINT notifications_dedup_key_key;
CREATE UNIQUE INDEX notifications_dedup ON analytics.notifications (dedup_key) WHERE dedup_key IS NOT NULL;

-- That a notification was queued, when and by whom, its own row tells.
DELETE FROM analytics.notification_logs WHERE what = 'queued';

-- All rows of a page find room on it for what a claim makes of them.
ALTER TABLE analytics.notifications SET (fillfactor = 50);
