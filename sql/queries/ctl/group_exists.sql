-- Whether a consumer group of this name is known.
SELECT count(*) FROM analytics.consumer_positions WHERE group_name = $1;
