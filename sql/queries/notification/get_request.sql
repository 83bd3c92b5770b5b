-- What was answered to a request of that key.
SELECT fingerprint, status, body FROM analytics.notification_requests WHERE client = $1 AND key = $2
