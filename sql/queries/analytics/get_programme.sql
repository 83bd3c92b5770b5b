-- What holds for the whole programme.
SELECT time_zone, currency, catalogue_version FROM analytics.programme
