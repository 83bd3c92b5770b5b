-- A new count begins, over the days from $1 to $2.
UPDATE analytics.engagement_effect_passes SET pass = pass + 1, after_member = '', from_day = $1::date, to_day = $2::date, cap_minor = $3::float8
