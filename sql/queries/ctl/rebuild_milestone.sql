-- Empties what follows from the log alone; awards that facts, dates or a backfill decided stay, and so do those of earlier definitions.
WITH emptied AS (DELETE FROM analytics.milestone_progress), entries AS (DELETE FROM analytics.milestone_entries),
	members AS (UPDATE analytics.milestone_members SET profile = '{}', time_zone = NULL)
DELETE FROM analytics.milestone_awards a USING analytics.milestone_definitions d
WHERE a.derived AND d.milestone_id = a.milestone_id AND d.version = a.version AND d.activated_at IS NOT NULL AND d.retired_at IS NULL;
