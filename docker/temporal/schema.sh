#!/bin/sh
# Brings Temporal's databases to the schema of this image's version. Run before the server starts, also after an update of it.
# The connection is in SQL_HOST, SQL_PORT, SQL_USER and SQL_PASSWORD.
set -eu
export SQL_PLUGIN=postgres12

upgrade() {
  # Makes the version tables; on a database that has them it changes nothing.
  temporal-sql-tool --db "$1" setup-schema -v 0.0
  temporal-sql-tool --db "$1" update-schema --schema-name "postgresql/v12/$2"
}

upgrade temporal temporal
upgrade temporal_visibility visibility
