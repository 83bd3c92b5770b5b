-- Whoever sends the same at the same time waits for the commit.
SELECT pg_advisory_xact_lock(hashtextextended(encode($1::bytea, 'hex'), 0)) IS NOT NULL
