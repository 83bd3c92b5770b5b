-- Takes a version out of use.
UPDATE analytics.notification_templates SET active = false WHERE name = $1 AND version = $2::int4 AND active RETURNING version
