-- Which count of similar members holds.
SELECT published FROM analytics.peer_passes
