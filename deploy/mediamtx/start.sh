#!/bin/sh
# Starts MediaMTX with the passwords of the secret files; it takes settings from MTX_* variables over its configuration file.
set -eu
MTX_AUTHINTERNALUSERS_0_PASS=$(cat "$PUBLISHER_PASSWORD_FILE")
MTX_AUTHINTERNALUSERS_1_PASS=$(cat "$READER_PASSWORD_FILE")
export MTX_AUTHINTERNALUSERS_0_PASS MTX_AUTHINTERNALUSERS_1_PASS
exec "$MEDIAMTX_PROGRAM" "$MEDIAMTX_CONFIG"
