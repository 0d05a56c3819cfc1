#!/bin/sh
# Makes the namespace with its retention and search attributes, or brings an existing one to them. Safe to run again.
# TEMPORAL_ADDRESS is read by the temporal command itself.
set -eu

# An open port is not yet a server that answers.
tries=0
until temporal operator cluster health; do
  tries=$((tries + 1))
  if [ "$tries" -ge 60 ]; then
    echo "Temporal at $TEMPORAL_ADDRESS did not become healthy." >&2
    exit 1
  fi
  sleep 1
done

if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
else
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
fi

set --
for attribute in $SEARCH_ATTRIBUTES; do
  set -- "$@" --name "${attribute%%=*}" --type "${attribute#*=}"
done
# The server learns of a new namespace within seconds.
tries=0
until temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" "$@"; do
  tries=$((tries + 1))
  if [ "$tries" -ge 60 ]; then exit 1; fi
  sleep 1
done
