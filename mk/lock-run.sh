#!/bin/bash
# lock-run.sh LOCKFILE COMMAND...: runs the command while holding the lock; says so once when it has to wait.
set -eu
lock=$1
shift
command -v flock >/dev/null || { echo "make: flock: not found; install util-linux" >&2; exit 71; }
{ mkdir -p "$(dirname "$lock")" && (: >>"$lock"); } 2>/dev/null || { echo "make: $(dirname "$lock"): cannot be written" >&2; exit 73; }
exec 9>>"$lock"
flock -n 9 || { echo "make: another make works in this tree; waiting for it" >&2; flock 9; }
export KETTLE_DSTACK_LOCK=$PWD
exec "$@"
