-- What has been applied to this database, oldest first.
SELECT version, name, checksum FROM analytics.schema_migrations ORDER BY version;
