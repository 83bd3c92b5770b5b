-- Sends a group back to the beginning of the log.
UPDATE analytics.consumer_positions SET position = 0, cache_position = 0, moved_at = clock_timestamp() WHERE group_name = $1;
