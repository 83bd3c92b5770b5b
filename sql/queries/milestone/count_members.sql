-- How many members may reach milestones.
SELECT count(*) FROM analytics.milestone_members
