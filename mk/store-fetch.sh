#!/bin/bash
# store-fetch.sh [--check] STORE LOCK...: makes every input of the locks present as STORE/ALGO/HEX.
#
# Without --check, what is there is taken as it is, which costs milliseconds; with it, every digest is computed first
# and a corrupted input is fetched again. Asked, in this order, until nothing is missing: BUNDLE (when given, nothing
# else is), each of MIRRORS, and the archives that base-urls.sh finds. An input takes its name only when its size and
# digest hold, so the store never has half of one, and trees can share a store: one at a time fetches. BUNDLE and words of
# MIRRORS can be docker://REGISTRY/NAME@sha256:HEX: the inputs that were pushed with that image.
#
# Environment: BUNDLE MIRRORS DEB_MIRROR DEB_SECURITY_MIRROR NPM_REGISTRY FETCH_JOBS (see config.mk), FETCH_STALL, the
# seconds after which a place that sends nothing is given up, and that of registry.sh.
# Exit status: 2 a lock or the bundle is malformed, 71 no archive is known, 73 the store cannot be written, 74 an input
# is nowhere to be had.
set -euo pipefail
shopt -s inherit_errexit
export LC_ALL=C
mk=${0%/*}
check=
[ "${1:-}" != --check ] || { check=yes; shift; }
[ $# -ge 1 ] || { echo "usage: store-fetch.sh [--check] STORE LOCK..." >&2; exit 64; }
store=$1
shown= # the process that shows progress
shift

die() { # STATUS TEXT
	end_progress
	printf 'store: %s\n' "$2" >&2
	exit "$1"
}

# Which of all inputs are not in the store? Sets missing.
find_missing() {
	local input algo hex _
	missing=()
	for input in "${all[@]}"; do
		read -r algo hex _ <<<"$input"
		[ -e "$store/$algo/$hex" ] || missing+=("$input")
	done
}

# Prints ALGO/HEX for each input in the store whose content is another.
find_corrupt() {
	local algo
	for algo in sha256 sha512; do
		[ -d "$store/$algo" ] || continue
		printf '%s\n' "${all[@]}" | awk -v algo=$algo '$1 == algo { print $2 }' |
			(cd "$store/$algo" && SUM=${algo}sum xargs -r -n 16 -P "$(nproc)" bash -c '
				for hex; do echo "$hex  $hex"; done | $SUM --check --quiet --ignore-missing 2>/dev/null || true' check) |
			sed "s,^,$algo/,; s,:.*,,"
	done
}

drop_corrupt() {
	local name
	for name in $corrupt; do
		read -r _ _ _ package version _ < <(printf '%s\n' "${all[@]}" | grep -F " ${name#*/} ")
		name="$name ($package $version)"
		rm -f "$store/${name%% *}" 2>/dev/null || die 73 "$store: $name is corrupted and cannot be removed"
		echo "store: $name is corrupted in the store; fetching it again" >&2
	done
}

take_lock() {
	{ mkdir -p "$store/sha256" "$store/sha512" "$store/partial" && : >>"$store/.lock"; } 2>/dev/null ||
		die 73 "$store: cannot be written, and ${#missing[@]} of ${#all[@]} inputs are not in it"
	exec 9>>"$store/.lock"
	flock -n 9 && return
	# Within one make the locks of an image are fetched side by side, which is nothing to tell.
	[ -n "${KETTLE_DSTACK_LOCK:-}" ] && [[ $store == build/* ]] || echo "store: $store: another fetch works in it; waiting" >&2
	flock 9
}

# A line that is written over and over, while someone looks.
progress() {
	local input algo hex here files bytes
	while sleep 0.3; do
		here=0 files=("$store"/partial/sha*)
		for input in "${wanted[@]}"; do
			read -r algo hex _ <<<"$input"
			[ ! -e "$store/$algo/$hex" ] || { here=$((here + 1)); files+=("$store/$algo/$hex"); }
		done
		bytes=$(stat -c %s "${files[@]}" 2>/dev/null | awk '{ n += $1 } END { printf "%.1f", n / 1e6 }') || true
		printf '\r  FETCH    %d/%d inputs, %s MB\033[K' $here ${#wanted[@]} "$bytes$expected"
	done
}

start_progress() {
	[ -t 2 ] || return 0
	wanted=("${missing[@]}")
	expected=$(printf '%s\n' "${missing[@]}" | awk '$3 == "-" { open = 1 } { n += $3 }
		END { if (!open) printf "/%.1f", n / 1e6 }')
	progress >&2 9>&- & # without the lock
	shown=$!
}

end_progress() {
	[ -n "$shown" ] || return 0
	{ kill "$shown" && wait "$shown"; } 2>/dev/null || true
	shown=
	printf '\r\033[K' >&2
}

# For trap: nothing of a run stays but partial files.
tidy() {
	end_progress
	rm -rf "$run"
}

# fetch_from PLACE...: see store-input.sh.
fetch_from() {
	local status=0 said
	[ ${#missing[@]} -gt 0 ] && [ $# -gt 0 ] || return 0
	said=$(printf '%s\n' "${missing[@]}" | PLACES="$*" xargs -d '\n' -n 1 -P "${FETCH_JOBS:-8}" \
		"$mk/store-input.sh" "$store" "$run" 2>&1) || status=$?
	case $said in *"stop: "*)
		said=${said#*stop: }
		die 73 "$store: ${said%%$'\n'*}" ;;
	esac
	[ $status -eq 0 ] || die 70 "store-input.sh: ${said%%$'\n'*}"
	find_missing
}

# Lists what a registry has, for store-input.sh. In a function of its own, since bundles and folders need none of it.
ask_registry() { # docker://REFERENCE
	# shellcheck source=mk/store-download.sh
	. "$mk/store-download.sh"
	# shellcheck source=mk/registry.sh
	. "$mk/registry.sh"
	# shellcheck source=mk/registry-artifacts.sh
	. "$mk/registry-artifacts.sh"
	list_inputs "$run" "${1#docker://}"
}

fetch_from_bundle() {
	local said
	[[ $BUNDLE != docker://* ]] || {
		ask_registry "$BUNDLE" || die "$code" "$BUNDLE: $reason"
		fetch_from "$BUNDLE"
		return
	}
	[ -f "$BUNDLE" ] && [ -r "$BUNDLE" ] || die 2 "$BUNDLE: no such bundle, or not readable"
	said=$(printf '%s\n' "${missing[@]}" | awk '{ print $1 "/" $2 }' | tar -x --force-local -f "$BUNDLE" -C "$run" \
		--no-same-owner --no-same-permissions -T - 2>&1 | grep -v 'Not found in archive' | head -n 1) || true
	fetch_from "$run"
	case $said in
	'' | *'previous errors'*) ;;
	*) [ ${#missing[@]} -eq 0 ] || die 2 "$BUNDLE: not a whole tar: ${said#tar: }" ;;
	esac
}

check_mirrors() {
	local place
	for place in ${MIRRORS:-}; do
		case $place in
		docker://*) ask_registry "$place" || echo "store: MIRRORS: $place: $reason; going on without it" >&2 ;;
		esac
		case $place in *://*) continue ;; esac
		[ -d "$place" ] || echo "store: MIRRORS: $place: no such folder; going on without it" >&2
	done
}

fetch_from_archives() {
	local kinds places
	[ ${#missing[@]} -gt 0 ] || return 0
	kinds=$(printf '%s\n' "${missing[@]}" | awk '
		{ print $6 ~ /^pool\/updates\// ? "debian-security" : $6 ~ /^pool\// ? "debian" : "npm" }' | sort -u)
	# shellcheck disable=SC2086 # words
	places=$("$mk/base-urls.sh" $kinds)
	# shellcheck disable=SC2046,SC2086 # words
	fetch_from $(tr ' ' '=' <<<"$places")
}

# Why is the input ALGO HEX missing? Wrong content says most, then a place that failed, then that none has it.
reason() {
	local why=$run/$1-$2 wrong
	[ -e "$why" ] || : >"$why"
	wrong=$(grep -m 1 ': wrong content: ' "$why" || true)
	if [ -n "${BUNDLE:-}" ]; then
		[ -n "$wrong" ] && echo "in $BUNDLE with wrong content: ${wrong##*: wrong content: }" || echo "not in $BUNDLE"
	elif [ -n "$wrong" ]; then
		echo "$wrong"
	else
		grep -v -m 1 ': not there$\|error: 40[34]\|error: 410\|open file' "$why" || echo "gone from every place asked"
	fi
}

report() {
	local input algo hex name version lines=() ways
	mapfile -t missing < <(printf "%s\n" "${missing[@]}" | sort -k 4)
	for input in "${missing[@]:0:10}"; do
		read -r algo hex _ name version _ <<<"$input"
		lines+=("$name $version ($algo:$hex): $(reason "$algo" "$hex")")
	done
	ways="ways out: MIRRORS=BASE of a snapshot archive or of a mirror that has it, BUNDLE=FILE from 'make bundle',"
	ways+=" or 'make lock' to move to current versions"
	[ ${#missing[@]} -gt 1 ] || die 74 "${lines[0]}; $ways"
	[ ${#missing[@]} -le 10 ] || lines+=("and $((${#missing[@]} - 10)) more")
	end_progress
	printf 'store: %s\n' "${lines[@]}" "$ways" >&2
	exit 74
}

all=()
list=$("$mk/lock-list.sh" "$@")
[ -z "$list" ] || mapfile -t all <<<"$list"
find_missing
corrupt=$([ -z "$check" ] || find_corrupt)
[ ${#missing[@]} -gt 0 ] || [ -n "$corrupt" ] || exit 0

take_lock
drop_corrupt
find_missing
rm -rf "$store"/partial/run.* # of a run that was killed: nobody else is here
run=$(mktemp -d "$store/partial/run.XXXXXX")
trap tidy EXIT
trap 'exit 130' INT TERM
start_progress
if [ -n "${BUNDLE:-}" ]; then
	[ ${#missing[@]} -eq 0 ] || fetch_from_bundle
else
	check_mirrors
	# shellcheck disable=SC2086 # words
	fetch_from ${MIRRORS:-}
	fetch_from_archives
fi
[ ${#missing[@]} -eq 0 ] || report
