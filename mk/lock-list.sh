#!/bin/bash
# lock-list.sh LOCK...: prints the inputs that the locks name, one per line, sorted, each once:
#
#     ALGO HEX SIZE NAME VERSION PATH
#
# PATH is below the base URL of the archive it came from. SIZE is '-' where the lock does not have it (npm).
# A lock that cannot be read as such is refused as a whole, with the line: exit status 2. mk/store.mk has the form.
set -euo pipefail
export LC_ALL=C
for lock in "$@"; do
	[ -r "$lock" ] && [ -f "$lock" ] || { echo "lock: $lock: no such file, or not readable" >&2; exit 2; }
done
[ $# -gt 0 ] || exit 0
awk -f "${0%/*}/lock-list.awk" "$@" | sort -u
