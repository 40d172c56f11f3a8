#!/bin/sh
# Stands for systemctl where no systemd runs: starts a unit's command as its settings say. What only the kernel's
# namespaces can do (ProtectSystem and its like) is left out; the user is one that owns nothing but the state.
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
}
command=$1
shift
[ "$command" = daemon-reload ] && exit 0
[ "$command" = enable ] && [ "$1" = --now ] && shift
for unit in "$@"; do start "$unit"; done
