-- How many members may reach milestones, and how many of them come up to a place in the order of their ids.
SELECT count(*), count(*) FILTER (WHERE member_id <= $1::text) FROM analytics.milestone_members
