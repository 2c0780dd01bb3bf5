#!/bin/sh
# Wait until a restored server takes writes: wait_until_recovered.sh ADDRESS. `pg_ctl --wait` returns earlier than that.
set -eu
while [ "$("${PGBIN:+$PGBIN/}psql" "$1" --no-psqlrc --tuples-only --no-align --command='SELECT pg_is_in_recovery()' 2>/dev/null)" != "f" ]; do
    sleep 0.2
done
