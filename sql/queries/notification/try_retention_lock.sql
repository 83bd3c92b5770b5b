-- Whether no other instance is deleting what is old; held to the commit.
SELECT pg_try_advisory_xact_lock(hashtextextended('notification retention', 0))
