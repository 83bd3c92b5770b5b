-- Refusals that may pass.
INSERT INTO analytics.notification_soft_bounces (channel, address_hash) SELECT * FROM unnest($1::int2[], $2::bytea[])
