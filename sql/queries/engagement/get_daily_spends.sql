-- What members spent on single days, of about $1 rows of a month each.
SELECT spend FROM analytics.some_daily_spends($1)
