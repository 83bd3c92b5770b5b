-- What a member's lines in leaderboards are found by.
UPDATE analytics.milestone_progress SET shown = $2::bool WHERE member_id = $1 AND shown <> $2::bool
