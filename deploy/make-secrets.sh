#!/bin/sh
# Makes the secret files that docker-compose.yml names: random, mode 0600, owned by LONGTAKE_UID of .env. Files that exist stay.
#   deploy/make-secrets.sh [DIRECTORY]     (default: secrets/ beside docker-compose.yml)
set -eu
umask 077

root=$(cd "$(dirname "$0")/.." && pwd)
directory=${1:-$root/secrets}

setting() {
  eval "value=\${$1:-}"
  if [ -z "$value" ]; then value=$(sed -n "s/^$1=//p" "$root/.env"); fi
  printf '%s' "$value"
}
uid=$(setting LONGTAKE_UID)
gid=$(setting LONGTAKE_GID)
if [ "$(id -u)" != 0 ] && [ "$(id -u)" != "$uid" ]; then
  echo "Containers read these files as user $uid (LONGTAKE_UID in .env), and you are $(id -u):" >&2
  echo "set LONGTAKE_UID=$(id -u) and LONGTAKE_GID=$(id -g) in .env, or run this as root." >&2
  exit 1
fi

# Hexadecimal: no character of it needs escaping in a URL, in YAML or in SQL.
random_hex() { od -An -vtx1 -N24 /dev/urandom | tr -d ' \n'; }

# write NAME: standard input becomes the file in one step; an existing file stays.
write() {
  if [ -s "$directory/$1" ]; then
    cat >/dev/null
    echo "kept  $1"
  else
    cat >"$directory/.$1.new"
    mv "$directory/.$1.new" "$directory/$1"
    echo "made  $1"
  fi
  chmod 600 "$directory/$1"
}

mkdir -p "$directory/ssh"
for name in postgres_password temporal_db_password longtake_db_password \
  mediamtx_publisher_password mediamtx_reader_password mediamtx_api_password; do
  random_hex | write "$name"
done
od -An -vtx1 -N32 /dev/urandom | tr -d ' \n' | write gate_key
# What the gate reads: change a password in its own file, remove this one, run this script again, and restart the gate.
account() { printf '"%s":{"user":"%s","password":"%s"}' "$1" "$1" "$(cat "$directory/mediamtx_$1_password")"; }
printf '{%s,%s,%s,"gateKey":"%s"}\n' "$(account publisher)" "$(account reader)" "$(account api)" \
  "$(cat "$directory/gate_key")" | write gate_accounts
# Other machines of the fleet get a copy of this file with the host replaced, and the same credentials_key.
printf 'postgres://longtake:%s@postgres:5432/longtake\n' "$(cat "$directory/longtake_db_password")" | write catalog_url
printf 'longtake-key-1 %s\n' "$(head -c 32 /dev/urandom | base64 | tr -d '\n')" | write credentials_key

if [ "$(id -u)" = 0 ]; then chown -R "$uid:$gid" "$directory"; fi
