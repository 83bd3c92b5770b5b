-- Where the registry is not what the chain of its changes says; and the chain's last hash, to be kept elsewhere.
SELECT f.model_id, f.fault, encode(h.hash, 'hex') AS head
FROM (SELECT (SELECT hash FROM analytics.ml_model_history ORDER BY seq DESC LIMIT 1) AS hash) h LEFT JOIN analytics.ml_model_faults() f ON true
ORDER BY f.model_id, f.fault
