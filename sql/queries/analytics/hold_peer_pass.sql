-- The count through all members, held to the commit; no row if another instance holds it.
SELECT pass, after_member, from_month, to_month, events, finished_at FROM analytics.peer_passes FOR UPDATE SKIP LOCKED
