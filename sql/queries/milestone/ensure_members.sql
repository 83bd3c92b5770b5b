-- Members that are not known yet become known; their ids.
INSERT INTO analytics.milestone_members (member_id) SELECT unnest($1::text[]) ORDER BY 1 ON CONFLICT (member_id) DO NOTHING RETURNING member_id
