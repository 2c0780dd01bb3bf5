#!/bin/sh
# archive_command of PostgreSQL: keep one file of the write-ahead log, whole and flushed, and never overwrite another.
#   archive_command = 'MINQING_ARCHIVE=/backup/wal /opt/minqing/deploy/backup/archive_wal.sh "%p" "%f"'
set -eu
target="$MINQING_ARCHIVE/$2"
if [ -e "$target" ]; then
    cmp -s "$1" "$target" # the same once more is fine: the server asks again after a crash
    exit
fi
cp "$1" "$target.part"
sync "$target.part"
mv "$target.part" "$target"
