-- A member worth looking at: the one with most events among the last few thousand of one shard.
SELECT member_id FROM (
	SELECT member_id FROM analytics.event_log WHERE shard = (SELECT shard FROM analytics.shard_heads ORDER BY position DESC LIMIT 1)
		AND type = 'TransactionProcessedEvent' ORDER BY position DESC LIMIT 20000) recent
GROUP BY member_id ORDER BY count(*) DESC, member_id LIMIT 1;
