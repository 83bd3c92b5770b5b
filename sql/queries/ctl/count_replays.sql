-- Dead letters of a group that were handed back and not yet taken.
SELECT count(*) FROM analytics.dead_letters WHERE group_name = $1 AND replay_asked IS NOT NULL;
