-- The list of suppressed addresses is read page by page in this order, however long it has become.
CREATE INDEX notification_suppressions_newest ON analytics.notification_suppressions (created_at, channel, address_hash, scope);
