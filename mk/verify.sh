#!/bin/bash
# verify.sh: does a release hold, from who signed it to a rebuild that gives the same bytes (docs/verify.md).
#
# What is judged and how comes in variables, as make has them: RELEASE (a folder, or HOST/NAME@sha256:HEX), KEYS, THRESHOLD,
# REBUILDER_KEYS, REBUILDERS, OS_IMAGE, REBUILD (yes, no), JSON; and what the store and the registry want (mk/config.mk). KEEP_TREE:
# what was rebuilt stays in any case.
#
#     build/verify/release        the release, when it was pulled
#     build/verify/inputs.json    what this checkout would be built from
#     build/verify/given/         what a rebuild is given: shapes of VMs, the manifest, the OS image
#     build/verify/tree/          these sources again, and what was built of them; removed when all came out the same
#     build/verify/verdict.json   the verdict, by docs/schema/verdict-1.json; verdict.txt the same for people
#
# Exit status: 0 holds, 1 does not hold, 2 cannot say, 64 used wrongly, 70-75 the system failed.
set -euo pipefail
shopt -s inherit_errexit
export LC_ALL=C
mk=mk
work=build/verify
store=$(realpath -m "${STORE:-build/store}")
export STORE=$store
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL # a make started here has its own variables
make=(make --no-print-directory "-j$(nproc)")
reference='' subject='' folder=''
judged=null # or the verdict so far

die() { # STATUS TEXT
	printf 'verify: %s\n' "$2" >&2
	exit "$1"
}
say() { printf '  %-8s %s\n' "$1" "$2" >&2; }

# The end, with what was found out on the way. Prints it.
conclude() {
	local verdict
	verdict=$(jq -r .verdict $work/verdict.json)
	if [ -n "${JSON:-}" ]; then cat $work/verdict.json; else cat $work/verdict.txt; fi
	case $verdict in holds) exit 0 ;; 'does not hold') exit 1 ;; *) exit 2 ;; esac
}

# finding VERDICT CHECK CODE REASON: what could not be judged by release-verify, since it happened outside; it ends here.
finding() {
	local before=$work/verdict.json
	[ "$judged" != null ] || { before=$work/none && echo null >$work/none && : >$work/verdict.txt; }
	jq -S --indent 2 --arg verdict "$1" --arg check "$2" --arg code "$3" --arg reason "$4" --arg subject "${subject#sha256:}" \
		--arg keys "$KEYS" --argjson threshold "$THRESHOLD" --argjson rebuilders "$REBUILDERS" -f $mk/verify-finding.jq \
		"$before" >$work/verdict.new
	mv $work/verdict.new $work/verdict.json
	sed -i '$d' $work/verdict.txt # the verdict so far
	{
		printf '  %-14s%-22s%s [%s]\n' "$([ "$1" = 'does not hold' ] && echo "${1^^}" || echo "$1")" "$2" "$4" "$3"
		printf '\n%s: %s\n' "$1" "$4"
	} | tr -c '[:print:]\n' '?' >>$work/verdict.txt
	conclude
}

check_variables() {
	[[ $THRESHOLD =~ ^[1-9][0-9]{0,2}$ ]] || die 64 "THRESHOLD=$THRESHOLD: a number of keys, 1 to 999"
	[[ $REBUILDERS =~ ^(0|[1-9][0-9]{0,2})$ ]] || die 64 "REBUILDERS=$REBUILDERS: a number of rebuilders"
	[ -n "$RELEASE" ] || die 64 "RELEASE is missing: a folder, or REGISTRY/NAME@sha256:HEX"
	local it
	for it in "$KEYS" "$REBUILDER_KEYS"; do
		[ -z "$it" ] || [ -d "$it" ] || die 64 "$it: no such folder of public keys"
	done
}

# Sets folder, and with a reference subject: the digest that was asked for.
find_release() {
	local status=0 said
	if [ -d "$RELEASE" ]; then
		folder=$RELEASE
		return
	fi
	[[ $RELEASE == *@sha256:* ]] || die 64 "RELEASE=$RELEASE: neither a folder nor REGISTRY/NAME@sha256:HEX"
	reference=$RELEASE subject=sha256:${RELEASE##*@sha256:} folder=$work/release
	say PULL "$reference"
	said=$($mk/registry-pull.sh "$reference" "$folder" 2>&1) || status=$?
	said=${said##*$'\n'}
	case $status in
	0) export MIRRORS="${MIRRORS:+$MIRRORS }docker://$reference" ;;
	1) finding 'does not hold' registry digest-differs "${said#pull: }" ;;
	2) finding 'does not hold' registry malformed "${said#pull: }" ;;
	74) finding 'cannot say' registry not-there "${said#pull: }" ;;
	*) die $status "${said#pull: }" ;;
	esac
}

# What store-fetch.sh said first, of what it could not get.
first_missing() {
	local line
	line=$(grep -v 'waiting$' <<<"$1" | head -n 1) || true
	line=${line#store: }
	printf '%s' "${line%%; ways out:*}"
}

# fetch LOCK...: into the store, from the release's own inputs first: what is known by its digest may come from anyone.
fetch() {
	local said bundled=''
	if [ -f "$folder/inputs.tar" ] && [ -z "${BUNDLE:-}" ]; then
		bundled=$(BUNDLE=$folder/inputs.tar $mk/store-fetch.sh "$store" "$@" 2>&1) && return
	fi
	said=$($mk/store-fetch.sh "$store" "$@" 2>&1) && return
	finding 'cannot say' inputs input-missing "$(first_missing "$said")${bundled:+; and of inputs.tar: $(first_missing "$bundled")}"
}

build() { # TARGET...: programs of the build root
	"${make[@]}" -s "$@" STORE="$store" RELEASE= KEYS= >&2 || die 70 "what judges cannot be built"
}

# release-verify ended without a verdict: what it was to read is not to be read, or it failed.
no_verdict() { # STATUS
	local said
	said=$(tail -n 1 $work/said)
	[ "$1" = 2 ] || die "$1" "${said#release-verify: }"
	finding 'cannot say' release malformed "${said#release-verify: }"
}

# judge [OPTION...]: release-verify over the release, in the build root; what it says is kept.
judge() {
	local status options=(--threshold "$THRESHOLD" --rebuilders "$REBUILDERS" "$@") form
	[ -z "$KEYS" ] || options+=(--keys keys)
	[ -z "$REBUILDER_KEYS" ] || options+=(--rebuilder-keys rebuilder-keys)
	[ -z "$subject" ] || options+=(--subject "$subject")
	for form in txt json; do
		status=0
		[ $form = txt ] || options+=(--json)
		SEALED_KEYS=$KEYS SEALED_REBUILDER_KEYS=$REBUILDER_KEYS SEALED_RELEASE=$folder SEALED_VERIFY=$work \
			$mk/builder-run.sh "$store" build/builder/bin/release-verify "${options[@]}" release \
			>$work/verdict.new 2>$work/said || status=$?
		[ -s $work/verdict.new ] || no_verdict $status
		mv $work/verdict.new $work/verdict.$form
	done
	judged=yes
	return $status
}

# Sets arguments: what make is told, and copies what they name.
read_parameters() {
	local said vm
	said=$($mk/builder-run.sh "$store" jq -r -f $mk/verify-parameters.jq <"$folder/provenance.json" 2>$work/said) ||
		finding 'cannot say' parameters unsupported "provenance.json: $(head -n 1 $work/said | sed 's/^jq: error[^:]*: //')"
	mapfile -t arguments <<<"$said"
	rm -rf $work/given
	mkdir -p $work/given/vm
	while read -r vm; do
		cp "$folder/deploy/vm/$vm" $work/given/vm/ 2>/dev/null ||
			finding 'cannot say' parameters missing "deploy/vm/$vm: named by the provenance, and not there"
	done < <(sed -n 's/^VM=//p' <<<"$said" | tr ' ' '\n' | sed -n 's,.*/,,p')
	! grep -q '^MANIFEST=.' <<<"$said" || cp "$folder/deploy/manifest.json" $work/given/ 2>/dev/null ||
		finding 'cannot say' parameters missing "deploy/manifest.json: named by the provenance, and not there"
	image=$(sed -n 's/^IMAGE=//p' <<<"$said")
	[ -f "images/$image/image.json" ] ||
		finding 'does not hold' source source-differs "this checkout is not the source of the release: it has no images/$image"
}

# The OS image is the verifier's own; a release without one needs none.
place_os_image() {
	local i
	for i in "${!arguments[@]}"; do
		[[ ${arguments[i]} == OS_IMAGE=?* ]] || continue
		if [ -n "${OS_IMAGE:-}" ]; then ln -sfn "$(realpath "$OS_IMAGE")" $work/given/os-image; else arguments[i]=OS_IMAGE=; fi
	done
}

# On a difference: what image-diff says of it.
explain() {
	jq -e 'any(.findings[]; .check == "rebuilt-image" and .verdict == "does not hold")' $work/verdict.json >/dev/null || return 0
	build build/builder/bin/image-diff
	SEALED_RELEASE=$folder SEALED_VERIFY=$work $mk/builder-run.sh "$store" build/builder/bin/image-diff release/oci \
		verify/tree/build/release/oci >$work/image-diff.txt || true
	[ -n "${JSON:-}" ] || { echo "In the image (image-diff; the release's first):" && sed 's/^/  /' $work/image-diff.txt && echo; }
}

verify() {
	local locks said
	check_variables
	find_release
	fetch images/builder/debian.lock
	say JUDGE "$folder"
	build build/builder/bin/release-verify build/builder/bin/tar-normalize
	judge || conclude
	read_parameters
	$mk/builder-run.sh "$store" $mk/inputs.sh "$image" >$work/inputs.json
	judge --checkout verify/inputs.json || conclude
	[ "$REBUILD" != no ] || conclude
	mapfile -t locks < <(find images/builder "images/$image" -name debian.lock -o -name package-lock.json | sort)
	fetch "${locks[@]}"
	place_os_image
	said=$($mk/rebuild.sh "$store" "${arguments[@]}") || finding 'cannot say' rebuilt rebuild-failed "the rebuild failed: $said"
	judge --checkout verify/inputs.json --rebuilt verify/tree/build/release || {
		explain
		conclude
	}
	[ -n "${KEEP_TREE:-}" ] || { chmod -R u+w $work/tree && rm -rf $work/tree; }
	conclude
}

mkdir -p $work
rm -f $work/verdict.json $work/verdict.txt $work/image-diff.txt
verify
