-- Members up to $1 are counted.
UPDATE analytics.peer_passes SET after_member = $1
