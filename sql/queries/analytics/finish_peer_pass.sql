-- The count is over.
UPDATE analytics.peer_passes SET after_member = NULL, published = pass, finished_at = clock_timestamp()
