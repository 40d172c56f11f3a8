#!/bin/sh
# Replaces systemctl where no systemd runs: starts a unit's command with its settings, and stops it. Settings that need the
# kernel's namespaces, such as ProtectSystem, are ignored. The user owns only the state directory.
set -eu
start() {
  file="/etc/systemd/system/$1.service"
  setting() { sed -n "s/^$1=//p" "$file"; }
  state="/var/lib/$(setting StateDirectory)"
  install -d -m "$(setting StateDirectoryMode)" -o nobody "$state"
  cd "$(setting WorkingDirectory)"
  umask "$(setting UMask)"
  # shellcheck disable=SC2046
  setsid setpriv --reuid nobody --clear-groups --no-new-privs env -i PATH=/usr/local/bin:/usr/bin:/bin \
    $(setting Environment | sed 's#%S#/var/lib#g') $(cat "$(setting EnvironmentFile)") \
    $(setting ExecStart) >> "/var/log/$1.log" 2>&1 &
  echo $! > "/run/$1.pid"
}
# A zombie counts as ended, because process 1 of a container may not collect it.
runs() { grep -qs '^State:.[^Z]' "/proc/$1/status"; }
stop() {
  pid=$(cat "/run/$1.pid")
  kill "$pid"
  for _ in $(seq 350); do
    runs "$pid" || return 0
    sleep 0.1
  done
  echo "$1 does not end within 35 s" >&2
  return 1
}
command=$1
shift
[ "$command" = daemon-reload ] && exit 0
[ "$command" = enable ] && [ "$1" = --now ] && shift
for unit in "$@"; do
  case $command in stop | restart) stop "$unit" ;; esac
  [ "$command" = stop ] || start "$unit"
done
