-- Members whose facts are to be asked once they are as new as the position; in the order of their ids, so that instances do not wait for each other in a ring.
INSERT INTO analytics.milestone_pending (member_id, position) SELECT * FROM unnest($1::text[], $2::int8[]) ORDER BY 1
ON CONFLICT (member_id) DO UPDATE SET position = greatest(milestone_pending.position, excluded.position)
