-- Who buys in a category is found by index: what is on offer goes to its buyers without reading everybody's facts.

ALTER TABLE analytics.member_fact_keys
	ADD COLUMN buys text[] NOT NULL DEFAULT '{}',
	ADD COLUMN slot smallint[] NOT NULL GENERATED ALWAYS AS (ARRAY[(hashtext(member_id) & 4095)::smallint]) STORED;
COMMENT ON COLUMN analytics.member_fact_keys.buys IS 'Categories whose share in category_shares of the facts is more than nothing';
COMMENT ON COLUMN analytics.member_fact_keys.slot IS 'One of 4096, so that the buyers of a category are read a bounded number at a time; an array, since the index is of arrays';
UPDATE analytics.member_fact_keys k SET buys = b.buys
	FROM (SELECT m.member_id, array_agg(s.key ORDER BY s.key) AS buys FROM analytics.member_analytics m, json_each_text(m.facts -> 'category_shares') s
		WHERE s.value::float8 > 0 GROUP BY 1) b
	WHERE b.member_id = k.member_id;
CREATE INDEX member_fact_keys_buyers ON analytics.member_fact_keys USING gin (buys, slot) WITH (fastupdate = off);

ALTER TABLE analytics.engagement_sweeps ADD COLUMN slot integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN analytics.engagement_sweeps.slot IS 'Slots of member_fact_keys before this one are done';
COMMENT ON COLUMN analytics.engagement_sweeps.after_member IS 'Of releases that went through all members';
