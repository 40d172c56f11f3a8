#!/bin/sh
# Writes a backup of a gateway's DATA_DIR to standard output, as tar with gzip, while the gateway runs:
#   sh deploy/backup.sh /var/lib/easel-gateway > easel.tar.gz
# It needs a user who may read and write that folder. DEPLOYMENT_GUIDE.md, "Backup", tells how to bring it back.
#
# Why not sqlite3's own .backup: the gateway holds the lock of its journal as long as it lives, so nobody else can open
# the file. Two copies do instead. SQLite changes jobs.sqlite only by what already stands in jobs.sqlite-wal, so the one
# and then the other make a whole, unless the second was begun anew in between. Its first 32 bytes show that.
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

# 1: a file went away meanwhile, as old pictures do.
tar -czf - --exclude='./jobs.sqlite*' --exclude='./backup-*' . -C "$copy" jobs.sqlite $([ "$before" = '' ] || echo jobs.sqlite-wal) ||
  [ $? -eq 1 ]
