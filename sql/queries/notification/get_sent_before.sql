-- What these members got in nine days or are getting now, but for these intents: what caps count.
SELECT member_id, category, sent_at FROM analytics.notifications
WHERE member_id = ANY ($1::text[]) AND priority >= 2 AND sent_at > $3::timestamptz - interval '9 days'
UNION ALL
SELECT member_id, category, $3::timestamptz FROM analytics.notifications
WHERE member_id = ANY ($1::text[]) AND stage < 2 AND status = 3 AND priority >= 2 AND NOT notification_id = ANY ($2::text[])
