#!/bin/sh
# Writes a backup of a gateway's DATA_DIR to standard output, as tar with gzip, while the gateway runs:
#   sh deploy/backup.sh /var/lib/easel-gateway > easel.tar.gz
# Run it as a user who may read and write that folder. DEPLOYMENT_GUIDE.md, "Backup", says how to restore it.
#
# sqlite3's .backup cannot be used, because the running gateway holds the lock of its journal. Two copies are made instead:
# first jobs.sqlite, then jobs.sqlite-wal. SQLite writes to jobs.sqlite only what is already in jobs.sqlite-wal, so the
# two belong together, unless the WAL was restarted between the copies. Its first 32 bytes then differ, and both are copied again.
set -eu
umask 077
cd "${1:?which folder? The DATA_DIR of the gateway}"
[ -f jobs.sqlite ] || { echo "$PWD: there is no jobs.sqlite, so no gateway keeps its journal here" >&2; exit 1; }

copy=$(mktemp -d ./backup-XXXXXX)
trap 'rm -rf "$copy"' EXIT
trap 'exit 1' HUP INT TERM

begun() { if [ -f jobs.sqlite-wal ]; then head -c 32 jobs.sqlite-wal | cksum; fi; }

tries=0
until before=$(begun) && cp -p jobs.sqlite "$copy" && { [ "$before" = '' ] || cp -p jobs.sqlite-wal "$copy"; } &&
  [ "$(begun)" = "$before" ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 100 ] || { echo 'the journal changes faster than it can be copied' >&2; exit 1; }
done

# Exit code 1: a file disappeared while tar ran, as old pictures do.
tar -czf - --exclude='./jobs.sqlite*' --exclude='./backup-*' . -C "$copy" jobs.sqlite $([ "$before" = '' ] || echo jobs.sqlite-wal) ||
  [ $? -eq 1 ]
