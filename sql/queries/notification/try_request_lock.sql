-- Whether nobody else is working on a request of that client and key; held to the commit.
SELECT pg_try_advisory_xact_lock(hashtextextended($1 || chr(10) || $2, 0))
