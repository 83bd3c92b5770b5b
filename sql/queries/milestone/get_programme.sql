-- The programme's zone and currency.
SELECT time_zone, currency FROM analytics.programme
