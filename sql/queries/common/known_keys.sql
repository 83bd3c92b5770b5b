-- Which of these events are in the log already.
SELECT event_key FROM analytics.event_log WHERE event_key = ANY($1::uuid[])
