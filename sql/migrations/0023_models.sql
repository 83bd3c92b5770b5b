-- Models: the files that are known, which of them is in use, and every change of that in a chain of hashes.

CREATE TABLE analytics.ml_model_metadata (
	model_id      text PRIMARY KEY,
	kind          text        NOT NULL,
	version       bigint      NOT NULL CHECK (version > 0),
	name          text        NOT NULL,
	algorithm     text        NOT NULL,
	file_hash     bytea       NOT NULL UNIQUE CHECK (length(file_hash) = 64),
	file_bytes    bigint      NOT NULL,
	signature     bytea       NOT NULL CHECK (length(signature) = 64),
	key_id        text        NOT NULL,
	status        text        NOT NULL DEFAULT 'candidate' CHECK (status IN ('candidate', 'shadow', 'champion', 'retired', 'revoked')),
	metrics       json        NOT NULL,
	baseline      json,
	features      json        NOT NULL,
	feature_schema_hash bytea NOT NULL CHECK (length(feature_schema_hash) = 64),
	training_from timestamptz,
	training_to   timestamptz,
	data_hash     text,
	seed          bigint      NOT NULL,
	parent        text,
	trained_at    timestamptz NOT NULL,
	created_by    text        NOT NULL,
	created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
	promoted_by   text,
	promoted_at   timestamptz,
	replaces      text REFERENCES analytics.ml_model_metadata,
	changed_by    text        NOT NULL,
	reason        text,
	UNIQUE (kind, version),
	CHECK (model_id = kind || '-' || version)
);
COMMENT ON TABLE analytics.ml_model_metadata IS 'Model files that were verified and taken in, and what is done with them; the file itself is signed, this table is kept by a chain of hashes (ml_model_history)';
COMMENT ON COLUMN analytics.ml_model_metadata.file_hash IS 'BLAKE2b-512 of the whole file: what is loaded has this hash or is refused';
COMMENT ON COLUMN analytics.ml_model_metadata.status IS 'candidate: taken in; shadow: computed and compared, not used; champion: in use, one of a kind; retired: was, and may come back; revoked: never again';
COMMENT ON COLUMN analytics.ml_model_metadata.baseline IS 'How it compares with the champion of its day and with simpler models, on the same split';
COMMENT ON COLUMN analytics.ml_model_metadata.replaces IS 'The champion before it, to which a rollback returns';
COMMENT ON COLUMN analytics.ml_model_metadata.parent IS 'Of the file: what it was trained further from';
CREATE UNIQUE INDEX ml_model_champions ON analytics.ml_model_metadata (kind) WHERE status = 'champion';

CREATE TABLE analytics.ml_model_history (
	seq       bigint PRIMARY KEY,
	at        timestamptz NOT NULL,
	role_name text        NOT NULL,
	model_id  text        NOT NULL,
	document  text        NOT NULL,
	hash      bytea       NOT NULL
);
COMMENT ON TABLE analytics.ml_model_history IS 'Each row of ml_model_metadata as each change left it; written by a trigger only';
COMMENT ON COLUMN analytics.ml_model_history.role_name IS 'The database''s own word for who did it; changed_by in the document is what the program said';
COMMENT ON COLUMN analytics.ml_model_history.hash IS 'SHA-256 over the hash before it, seq, at, role_name and document: no row changes or goes without breaking the chain';

CREATE FUNCTION analytics.ml_model_link(before bytea, h analytics.ml_model_history) RETURNS bytea LANGUAGE sql IMMUTABLE
RETURN sha256(coalesce(before, '') || convert_to(h.seq || chr(10) || (extract(epoch FROM h.at) * 1000000)::bigint || chr(10) || h.role_name
	|| chr(10) || h.model_id || chr(10) || h.document, 'UTF8'));

-- What a file says does not change, and states change only in these ways.
CREATE FUNCTION analytics.ml_model_gate() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE changing CONSTANT text[] := ARRAY['status', 'baseline', 'promoted_by', 'promoted_at', 'replaces', 'changed_by', 'reason'];
BEGIN
	IF TG_OP = 'INSERT' AND NEW.status <> 'candidate' THEN
		RAISE EXCEPTION '% begins as a candidate, not as %', NEW.model_id, NEW.status USING ERRCODE = 'check_violation';
	ELSIF TG_OP = 'UPDATE' AND to_jsonb(OLD) - changing <> to_jsonb(NEW) - changing THEN
		RAISE EXCEPTION 'what the file of % says does not change', OLD.model_id USING ERRCODE = 'check_violation';
	ELSIF TG_OP = 'UPDATE' AND NEW.status <> OLD.status AND OLD.status || ' ' || NEW.status NOT IN ('candidate shadow', 'candidate champion',
		'candidate retired', 'candidate revoked', 'shadow candidate', 'shadow champion', 'shadow retired', 'shadow revoked',
		'champion retired', 'champion revoked', 'retired champion', 'retired revoked') THEN
		RAISE EXCEPTION '% is %, and cannot become %', OLD.model_id, OLD.status, NEW.status USING ERRCODE = 'check_violation';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER ml_model_gate BEFORE INSERT OR UPDATE ON analytics.ml_model_metadata FOR EACH ROW EXECUTE FUNCTION analytics.ml_model_gate();

-- The next link: by the owner of the chain, one at a time, the same under any setting of the session.
CREATE FUNCTION analytics.ml_model_note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = analytics, pg_temp SET timezone = 'UTC' SET bytea_output = 'hex' SET datestyle = 'ISO' AS $$
DECLARE
	before ml_model_history;
	link ml_model_history;
BEGIN
	LOCK TABLE ml_model_history IN EXCLUSIVE MODE;
	SELECT * INTO before FROM ml_model_history ORDER BY seq DESC LIMIT 1;
	link := ROW(coalesce(before.seq, 0) + 1, clock_timestamp(), session_user, NEW.model_id, to_jsonb(NEW)::text, '');
	link.hash := ml_model_link(before.hash, link);
	INSERT INTO ml_model_history SELECT link.*;
	RETURN NULL;
END $$;
CREATE TRIGGER ml_model_note AFTER INSERT OR UPDATE ON analytics.ml_model_metadata FOR EACH ROW EXECUTE FUNCTION analytics.ml_model_note();

CREATE FUNCTION analytics.ml_model_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION '% are kept: % is not possible', TG_ARGV[0], TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER ml_model_keep BEFORE DELETE OR TRUNCATE ON analytics.ml_model_metadata FOR EACH STATEMENT EXECUTE FUNCTION analytics.ml_model_keep('models');
CREATE TRIGGER ml_model_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON analytics.ml_model_history FOR EACH STATEMENT
	EXECUTE FUNCTION analytics.ml_model_keep('changes of models');

-- Where table and chain are not what the triggers made of them.
CREATE FUNCTION analytics.ml_model_faults() RETURNS TABLE (model_id text, fault text) LANGUAGE sql STABLE
	SET search_path = analytics, pg_temp SET timezone = 'UTC' SET bytea_output = 'hex' SET datestyle = 'ISO' AS $$
	SELECT h.model_id, 'change ' || h.seq || ' does not follow from the one before it'
		FROM (SELECT i.seq, i.model_id, i.hash, ml_model_link(lag(i.hash) OVER w, i) AS expected, lag(i.seq) OVER w AS before
			FROM ml_model_history i WINDOW w AS (ORDER BY i.seq)) h
		WHERE h.hash <> h.expected OR h.seq <> coalesce(h.before, 0) + 1
	UNION ALL
	SELECT m.model_id, 'the row is not what its last change left'
		FROM ml_model_metadata m LEFT JOIN LATERAL
			(SELECT i.document::jsonb AS document FROM ml_model_history i WHERE i.model_id = m.model_id ORDER BY i.seq DESC LIMIT 1) h ON true
		WHERE h.document IS NULL OR NOT to_jsonb(m) @> h.document
	UNION ALL
	SELECT DISTINCT h.model_id, 'the row is gone' FROM ml_model_history h WHERE NOT EXISTS (SELECT FROM ml_model_metadata m WHERE m.model_id = h.model_id)
$$;

GRANT SELECT, INSERT, UPDATE ON analytics.ml_model_metadata TO ae_recommendation;
GRANT SELECT ON analytics.ml_model_metadata, analytics.ml_model_history TO ae_recommendation, ae_reporting;
REVOKE EXECUTE ON FUNCTION analytics.ml_model_note() FROM public;
