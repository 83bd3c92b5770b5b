-- Which of these findings were seen before, and since when.
SELECT i.member_id, i.insight_id, i.first_seen FROM unnest($1::text[], $2::text[]) AS k (member_id, insight_id)
JOIN analytics.insights i ON i.member_id = k.member_id AND i.insight_id = k.insight_id
