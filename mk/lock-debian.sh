#!/bin/bash
# lock-debian.sh FOLDER...: resolves each FOLDER/debian.packages into FOLDER/debian.lock and prints what changed. All locks
# are of one state of the archive.
#
# apt does the work: its solver, its signature checks, in a configuration of its own that knows only Debian 13 and an
# empty machine. A line `-NAME` in debian.packages is a package to be regarded as installed: neither it nor what it alone
# needs is locked. Lock line: name version architecture size sha256 pool-path.
set -euo pipefail
cd "$(dirname "$0")/.."
suite=trixie
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
	echo "lock: ${list:-apt}: $*" >&2
	exit 2
}

names() { sed -n "s/[[:space:]]*#.*//; s/^$1\([a-z0-9][a-z0-9+.-]*\)\$/\1/p" "$list"; }

configure() {
	[ -e $keyring ] || fail "$keyring is missing; install debian-archive-keyring"
	local main security
	main=$(mk/base-urls.sh debian | cut -d' ' -f2)
	security=$(mk/base-urls.sh debian-security | cut -d' ' -f2)
	mkdir -p "$work"/{lists/partial,cache/archives/partial,state}
	: >"$work/status"
	printf 'deb [arch=amd64 signed-by=%s] %s %s main\n' \
		$keyring "$main" $suite $keyring "$main" $suite-updates $keyring "$security" $suite-security >"$work/sources.list"
	cat >"$work/apt.conf" <<-END
		APT::Architecture "amd64";
		APT::Architectures { "amd64"; };
		APT::Install-Recommends "false";
		APT::Sandbox::User "";
		Acquire::Languages "none";
		Dir::State "$work/state";
		Dir::State::Lists "$work/lists";
		Dir::State::Status "$work/status";
		Dir::Cache "$work/cache";
		Dir::Etc::SourceList "$work/sources.list";
		Dir::Etc::SourceParts "/dev/null";
		Dir::Etc::Preferences "/dev/null";
		Dir::Etc::PreferencesParts "/dev/null";
	END
	export APT_CONFIG=$work/apt.conf
}

# The packages to be regarded as installed, as dpkg's status file would have them.
assume() {
	local assumed
	mapfile -t assumed < <(names -)
	[ ${#assumed[@]} -gt 0 ] || return 0
	apt-cache show --no-all-versions "${assumed[@]}" |
		awk 'BEGIN { RS = ""; FS = "\n" }
			{ for (i = 1; i <= NF; i++) {
				if ($i ~ /^Package:/) print $i "\nStatus: install ok installed"
				if ($i ~ /^(Version|Architecture|Multi-Arch|Provides):/) print $i }
			  print "Maintainer: none\nDescription: regarded as installed\n" }' >"$work/assumed"
	mv "$work/assumed" "$work/status"
}

solve() {
	local wanted
	mapfile -t wanted < <(names '')
	[ ${#wanted[@]} -gt 0 ] || fail "names no package"
	apt-get install --simulate -y "${wanted[@]}" >"$work/plan" 2>"$work/plan.err" ||
		fail "apt finds no solution: $(grep -h -m1 -E '^(E:| [a-z].*(Depends|PreDepends))' "$work/plan.err" "$work/plan" | head -n 1)"
	sed -n 's/^Inst \([^ :]*\)[^ ]* (\([^ ]*\) .*/\1=\2/p' "$work/plan" >"$work/chosen"
	xargs apt-cache show <"$work/chosen" |
		awk 'BEGIN { RS = ""; FS = "\n" }
			{ delete f
			  for (i = 1; i <= NF; i++) { at = index($i, ": "); f[substr($i, 1, at - 1)] = substr($i, at + 2) }
			  print f["Package"], f["Version"], f["Architecture"], f["Size"], f["SHA256"], f["Filename"] }' |
		sort -u >"$work/packages"
	[ "$(wc -l <"$work/packages")" -eq "$(wc -l <"$work/chosen")" ] || fail "the archive lists a chosen package twice or not at all"
}

# The newest of the suites' own dates: the time every file of an image is given at most.
epoch() {
	local date newest=0 seconds
	while IFS= read -r date; do
		seconds=$(date -u -d "$date" +%s)
		[ "$seconds" -le "$newest" ] || newest=$seconds
	done < <(grep -h '^Date: ' "$work"/lists/*_InRelease "$work"/lists/*_Release 2>/dev/null | cut -d' ' -f2-)
	[ "$newest" -gt 0 ] || fail "the archive's Release files carry no date"
	echo "$newest"
}

# write LOCK: unless the packages are those it has, so that its epoch stays too.
write() {
	local date
	: >"$work/old"
	[ ! -e "$1" ] || grep -v -E '^(#|format |epoch )' "$1" >"$work/old" || :
	if cmp -s "$work/old" "$work/packages"; then
		echo "$1: unchanged, $(wc -l <"$work/old") packages"
		return
	fi
	date=$(epoch) # on a line of its own, so that its failure is one
	{
		echo "# Made by \`make lock\` from debian.packages. name version architecture size sha256 path"
		echo "format 1"
		echo "epoch $date"
		cat "$work/packages"
	} >"$1.new"
	mv "$1.new" "$1"
	echo "$1: $(wc -l <"$work/packages") packages"
	join -a1 -a2 -e- -o 0,1.2,2.2 <(sort -k1,1 "$work/old") <(sort -k1,1 "$work/packages") |
		awk '$2 != $3 { print "  " $1 "  " $2 " → " $3 }'
}

configure
apt-get update -qq >"$work/update" 2>&1 || fail "apt-get update: $(grep -m1 '^[EW]:' "$work/update")"
! grep -q '^[EW]:.*\(Failed\|not signed\|NO_PUBKEY\)' "$work/update" || fail "apt-get update: $(grep -m1 '^[EW]:' "$work/update")"
for folder in "$@"; do
	list=$folder/debian.packages
	: >"$work/status"
	assume
	solve
	write "$folder/debian.lock"
done
