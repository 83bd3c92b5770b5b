-- A dead letter can be handed back to its group: the daemon takes those that are asked for.

ALTER TABLE analytics.dead_letters ADD COLUMN replay_asked timestamptz;
COMMENT ON COLUMN analytics.dead_letters.replay_asked IS 'Set by aectl dead-letters replay; the group applies the event again and deletes the row, or puts it back with a new reason';
CREATE INDEX dead_letters_replay ON analytics.dead_letters (group_name, shard, position) WHERE replay_asked IS NOT NULL;
GRANT UPDATE, DELETE ON analytics.dead_letters
	TO ae_analytics, ae_recommendation, ae_reporting, ae_notification, ae_milestone, ae_engagement;
