#!/bin/bash
# bats.sh FILE.bats...: runs the files, JOBS at once (default: one a processor), and says what a person needs to know:
# a line per file with the seconds it took, a failing test with all it printed, a skipped one with its reason, and at
# the end, alone on a line,
#
#     N passed, N failed, N skipped
#
# Exit status: 1 when a test failed, a file did not run to its end, or nothing ran at all.
set -euo pipefail
exec 9>&- # mk/lock-run.sh's: what a test leaves running must not keep the next make waiting
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export work

one() { # FILE
	local out=$work/${1//\//_} status=0
	SECONDS=0
	bats --tap "$1" >"$out.tap" 2>"$out.err" </dev/null || status=$?
	awk -v file="$1" -v status=$status -v seconds=$SECONDS -v counts="$out.counts" '
		/^1\.\.[0-9]+/ && !plan { plan = substr($0, 4) + 0; planned = 1; next }
		/^not ok / {
			failed++; failing = 1
			sub(/^not ok [0-9]+ /, ""); text = text "           failed: " $0 "\n"
			next
		}
		/^ok / {
			failing = 0
			sub(/^ok [0-9]+ /, "")
			if (sub(/ # skip( |$)/, ": ")) { skipped++; text = text "           skipped: " $0 "\n" }
			else passed++
			next
		}
		failing { sub(/^# ?/, ""); text = text "             " $0 "\n" }
		END {
			seen = passed + failed + skipped
			if (!planned || seen < plan) {
				text = text "           stopped after " seen " of " plan + 0 " tests\n"
				failed++
			} else if (status && !failed) {
				text = text "           bats ended with status " status "\n"
				failed++
			}
			verdict = failed ? "FAIL" : "PASS"
			printf "  %-8s %s: %d passed", verdict, file, passed
			if (failed) printf ", %d failed", failed
			if (skipped) printf ", %d skipped", skipped
			printf " (%d s)\n%s", seconds, text
			print passed + 0, failed + 0, skipped + 0 >counts
			exit failed > 0
		}' "$out.tap" >"$out.text" || sed 's/^/             /' "$out.err" >>"$out.text"
	cat "$out.text" # at once, so that files do not mix
}
export -f one

if [ $# -gt 0 ]; then
	printf '%s\0' "$@" | xargs -0 -n 1 -P "${JOBS:-$(nproc)}" bash -euc 'one "$1"' one
fi
cat "$work"/*.counts 2>/dev/null | awk '
	{ passed += $1; failed += $2; skipped += $3 }
	END {
		printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
		exit failed > 0 || passed == 0
	}'
