-- What holds for the whole programme.
SELECT time_zone, currency, catalogue_version, EXISTS (SELECT 1 FROM analytics.benchmarks) FROM analytics.programme
