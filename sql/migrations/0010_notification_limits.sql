-- Figures of a long queue without counting it, and the way to what has become old.

-- Together, since a lane's share of the open rows is nothing like the product of both shares.
CREATE STATISTICS analytics.notifications_lanes (mcv) ON priority, stage, status FROM analytics.notifications;

CREATE FUNCTION analytics.notifications_estimate(lane smallint, of_status smallint, due_until timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
	EXECUTE format('EXPLAIN (FORMAT JSON) SELECT FROM analytics.notifications WHERE stage = 0 AND priority = %s AND due_at <= %L%s',
		lane, due_until, ' AND status = ' || of_status) INTO plan;
	RETURN (plan->0->'Plan'->>'Plan Rows')::numeric::bigint;
END $$;
COMMENT ON FUNCTION analytics.notifications_estimate IS 'How many open rows of a lane the planner expects, by the statistics of the last analyze; of_status null: of any status';

-- No status in it: a claim changes that, and must touch no index.
CREATE INDEX notifications_retries ON analytics.notifications (provider, due_at) WHERE stage = 0 AND tries > 0;

CREATE INDEX notification_engagement_age ON analytics.notification_engagement (received_at);
CREATE INDEX notification_soft_bounces_age ON analytics.notification_soft_bounces (at);
