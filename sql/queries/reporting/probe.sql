-- Whether the schema is there and may be read.
SELECT count(*) FROM analytics.programme
