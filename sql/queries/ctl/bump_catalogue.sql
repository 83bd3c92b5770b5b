-- Tells all instances that categories, tiers or benchmarks have changed.
UPDATE analytics.programme SET catalogue_version = catalogue_version + 1
