-- Empties what the analytics daemon derives from the log; insights keep when they were first seen.
TRUNCATE analytics.member_analytics, analytics.member_fact_keys, analytics.spending_summaries, analytics.points_ledgers, analytics.categories, analytics.category_offers;
