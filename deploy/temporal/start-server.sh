#!/bin/sh
# Starts all services of Temporal in one process. The server makes its configuration from the environment alone; it knows no
# secret files, so this reads the one there is.
set -eu
POSTGRES_PWD=$(cat "$POSTGRES_PWD_FILE")
export POSTGRES_PWD

# Bound to every address, the server must be told the one by which its own services find each other.
if [ -z "${TEMPORAL_BROADCAST_ADDRESS:-}" ]; then
  TEMPORAL_BROADCAST_ADDRESS=$(getent hosts "$(hostname)" | awk 'NR == 1 { print $1 }')
  export TEMPORAL_BROADCAST_ADDRESS
fi
exec temporal-server start
