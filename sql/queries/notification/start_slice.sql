-- For a slice of a campaign: one plan for all of them, and a commit that need not wait, since whoever sends flushes what came before.
SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('synchronous_commit', 'off', true)
