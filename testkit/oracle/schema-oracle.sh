#!/usr/bin/env bash
# Carries a database full of traps to an empty one and compares what pg_dump says of both; then takes it away again.
# Needs Debian's postgresql and a build with tests (mvn verify). Arguments: more SQL files to load first.
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$bin" ] || { echo "needs PostgreSQL: apt-get install postgresql"; exit 77; }
traps=$home/postgres/src/test/resources/godwit/postgres/catalog
d=$(mktemp -d); chmod 755 "$d"
as_pg() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
cleanup() { as_pg "$bin/pg_ctl" -D "$d/data" -m immediate stop >/dev/null 2>&1 || :; rm -rf "$d"; }
trap cleanup EXIT
fail() { echo "FAILED: $*"; exit 1; }

jdk() {
  local folder version
  for folder in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$folder/release" 2>/dev/null || :)
    if [ "${version:-0}" -ge 21 ]; then echo "$folder"; return; fi
  done
  fail "needs a JDK 21 or newer"
}
classes=$home/testkit/target/test-classes:$home/postgres/target/classes:$home/core/target/classes
driver=$(find "$HOME/.m2/repository/org/postgresql/postgresql" -name 'postgresql-*.jar' | sort -V | tail -n 1)
oracle() { "$java/bin/java" -cp "$classes:$driver" godwit.testkit.SchemaOracle "$@"; }
java=$(jdk)

port=$(python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])')
install -d -m 700 "$d/data"; [ "$(id -u)" != 0 ] || chown postgres "$d/data"
as_pg "$bin/initdb" -D "$d/data" -A trust -U judge -E UTF8 --locale=C.UTF-8 >/dev/null
printf "port = %s\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nwal_level = logical\nfsync = off\n" "$port" \
  >>"$d/data/postgresql.conf"
as_pg "$bin/pg_ctl" -D "$d/data" -w -l "$d/data/log" start >/dev/null
run_sql() { "$bin/psql" -Xq -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$port" -U judge -d "$@" >/dev/null 2>"$d/psql.err" || { cat "$d/psql.err"; exit 1; }; }
run_sql postgres -c 'CREATE ROLE app LOGIN' -c 'CREATE ROLE reader' -c 'CREATE ROLE "Odd Role"'
run_sql postgres -c 'CREATE DATABASE source OWNER app' -c 'CREATE DATABASE target OWNER app'
dump() {
  "$bin/pg_dump" -h 127.0.0.1 -p "$port" -U judge -d "$1" --schema-only "${@:2}" 2>"$d/dump.err" |
    { grep -vE '^(--|SET |SELECT pg_catalog.set_config|\\(un)?restrict|$)' || :; } | sed 's/,$//' | sort
}
address() { echo "jdbc:postgresql://127.0.0.1:$port/$1?user=judge"; }

for file in "$@"; do run_sql source -f "$file"; done
major=$("$bin/psql" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
for since in '' -15 -17 -18; do
  if [ "$major" -ge "${since#-}" ] 2>/dev/null || [ -z "$since" ]; then run_sql source -f "$traps/traps$since.sql"; fi
done
dump source >"$d/wanted"
# Godwit's own objects are there when the script is read, and must not be in it.
run_sql source -f "$traps/own.sql"
dump target >"$d/empty"

oracle create "$(address source)" "$(address target)" "$d/undo"
dump target >"$d/made"
diff "$d/wanted" "$d/made" || fail "the target is not what the source is"

oracle drop "$(address target)" "$d/undo"
dump target >"$d/left"
diff "$d/empty" "$d/left" || fail "the target is not as empty as before"

oracle create "$(address source)" "$(address target)" "$d/undo"
dump target | diff "$d/wanted" - || fail "made a second time the target is another"
echo "the same in $(wc -l <"$d/wanted") lines"
