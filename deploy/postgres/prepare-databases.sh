#!/bin/sh
# Hands the secret files to databases.sql through the environment: a password in an argument would show in the process list.
set -eu
PGPASSWORD=$(cat "$PGPASSWORD_FILE")
TEMPORAL_PASSWORD=$(cat "$TEMPORAL_PASSWORD_FILE")
LONGTAKE_PASSWORD=$(cat "$LONGTAKE_PASSWORD_FILE")
export PGPASSWORD TEMPORAL_PASSWORD LONGTAKE_PASSWORD
exec psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --file "$DATABASES_SQL"
