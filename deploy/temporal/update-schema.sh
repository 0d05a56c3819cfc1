#!/bin/sh
# Brings both databases of Temporal to the schema of this image's version. Safe to run again; never goes back to an older one.
set -eu
SQL_PASSWORD=$(cat "$SQL_PASSWORD_FILE")
export SQL_PASSWORD

# update DATABASE FOLDER
update() {
  temporal-sql-tool --db "$1" setup-schema --version 0.0
  temporal-sql-tool --db "$1" update-schema --schema-dir "$SCHEMA_DIR/$2/versioned"
}
update "$DBNAME" temporal
update "$VISIBILITY_DBNAME" visibility
