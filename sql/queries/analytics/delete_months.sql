-- Forgets the months of members that are booked anew.
DELETE FROM analytics.spending_summaries WHERE member_id = ANY($1::text[])
