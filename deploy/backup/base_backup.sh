#!/bin/sh
# Copy the whole cluster while it runs: base_backup.sh FOLDER
#   MINQING_REPLICATION_URL  address of a role that may replicate (the superuser, or one with REPLICATION)
# Keep the folder together with the write-ahead log archived since (archive_wal.sh).
set -eu
"${PGBIN:+$PGBIN/}pg_basebackup" --dbname="$MINQING_REPLICATION_URL" --pgdata="$1" --checkpoint=fast --wal-method=none
"${PGBIN:+$PGBIN/}pg_verifybackup" --no-parse-wal --quiet "$1"
