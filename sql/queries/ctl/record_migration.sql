-- Notes a migration as applied, inside the migration's own transaction.
INSERT INTO analytics.schema_migrations (version, name, checksum) VALUES ($1::int, $2, $3);
