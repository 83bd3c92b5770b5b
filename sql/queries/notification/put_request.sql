-- An answer, for when the request comes again.
INSERT INTO analytics.notification_requests (client, key, fingerprint, status, body) VALUES ($1, $2, $3, $4::int2, $5::json)
