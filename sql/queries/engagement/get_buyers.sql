-- Members who buy in the category $1, of the slots from $2 to before $3.
SELECT member_id FROM analytics.member_fact_keys
WHERE buys @> ARRAY[$1::text] AND slot && ARRAY(SELECT generate_series($2::int4, $3::int4 - 1)::int2) ORDER BY member_id
