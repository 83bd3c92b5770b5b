-- The place from which progress is to be shortened, if it is time; held to the commit, no other instance waits for it.
SELECT after_member FROM analytics.milestone_forgetting WHERE look_at <= now() FOR UPDATE SKIP LOCKED
