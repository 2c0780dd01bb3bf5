#!/bin/sh
# Make a copy of a base backup ready to be started up to a moment: restore_to_moment.sh BACKUP DATA '2026-11-22 09:41:00+08'
#   MINQING_ARCHIVE  the folder that archive_wal.sh filled
# DATA must not exist. Start PostgreSQL on it afterwards, as the system user that owns it, and wait until
#   SELECT pg_is_in_recovery();
# says f before anything else is started.
set -eu
if [ -e "$2" ]; then
    echo "$2 已经存在，请另选一个空的位置，或先把它移走。" >&2
    exit 1
fi
cp -a "$1" "$2"
chmod 700 "$2"
cat >> "$2/postgresql.auto.conf" <<END
restore_command = 'cp "$MINQING_ARCHIVE/%f" "%p"'
recovery_target_time = '$3'
recovery_target_action = 'promote'
recovery_target_timeline = 'latest'
END
touch "$2/recovery.signal"
