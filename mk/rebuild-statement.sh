#!/bin/bash
# rebuild-statement.sh IMAGE COMMIT FILE SIGNER [KNOB=VALUE...]: rebuilds and signs what came out, by docs/schema/rebuild-1.json: "from
# this commit and these inputs I got these digests". Nothing is in it of who rebuilt, where and when, so that two who got the same
# sign the same bytes. It goes to FILE, or to build/release/rebuilds/KEYID.dsse.json.
#
# With RELEASE it is about that release, which verify.sh judges first, and rebuilt as that was; what came out otherwise is
# signed too, and said. Without, it is about what the KNOBs give. SIGNER is manifest-sign, of the build root when it begins
# with build/builder. Environment: SIGN_KEY, PASSPHRASE, and that of verify.sh.
#
# Exit status: 0 signed; 1 the sources are of no commit, or not those of the release, or of another commit; as verify.sh.
set -euo pipefail
shopt -s inherit_errexit
image=$1 signer=$4
file=$3
mk=mk
work=build/verify
store=$(realpath -m "${STORE:-build/store}")
rebuilt=$work/tree/build/release

die() { # STATUS TEXT
	printf 'rebuild-statement: %s\n' "$2" >&2
	exit "$1"
}

of_provenance() { jq -r ".buildDefinition.externalParameters.$2 // empty" "$1/provenance.json"; } # FOLDER NAME

# Does the release hold as far as that can be said without building, and is it of this commit?
check_release() {
	local status=0 theirs
	JSON='' REBUILD=no $mk/verify.sh >$work/said || status=$?
	[ $status = 0 ] || {
		cat $work/said
		die $status "the release does not hold before anything is rebuilt, so nothing is"
	}
	folder=$RELEASE
	[ -d "$folder" ] || folder=$work/release
	theirs=$(of_provenance "$folder" commit)
	[ "$theirs" = "$commit" ] || die 1 "the release is of commit ${theirs:-none}, and this is $commit; check that out, or say COMMIT="
	image=$(jq -r .image.name "$folder/measurements.json")
	manifest=$(jq -r '.manifests[0].digest' "$folder/oci/index.json")
}

rebuild_release() {
	local status=0
	rm -rf "$rebuilt"
	JSON='' REBUILD=yes KEEP_TREE=yes $mk/verify.sh || status=$?
	[ $status -le 1 ] && [ -f "$rebuilt/measurements.json" ] || die $((status ? status : 70)) "nothing was rebuilt, so nothing is signed"
	[ "$(of_provenance "$folder" os_image)" = "$(of_provenance "$rebuilt" os_image)" ] ||
		die 2 "the release was made with another OS image, or with one: OS_IMAGE= that one, else there is not all to compare"
	[ $status = 0 ] || echo "rebuild-statement: this rebuild gave something else than the release; that is what is signed" >&2
}

rebuild_own() { # KNOB=VALUE...
	local said
	rm -rf $work/given
	said=$($mk/rebuild.sh "$store" "$@" COMMIT="$commit") || die 70 "the rebuild failed: $said"
	manifest=$(jq -r '.manifests[0].digest' $rebuilt/oci/index.json)
}

predicate() {
	local measurements
	measurements=$(sha256sum <$rebuilt/measurements.json)
	SEALED_VERIFY=$work $mk/builder-run.sh "$store" jq -S --indent 2 -f $mk/rebuild-statement.jq --arg commit "$commit" \
		--arg measurements "${measurements%% *}" --slurpfile provenance verify/tree/build/release/provenance.json \
		verify/tree/build/release/measurements.json >$work/rebuild.json
}

sign() {
	local options=(--type urn:kettle-dstack:rebuild:1 --subject "$image=$manifest")
	case $signer in
	build/builder/*)
		[ -z "$PASSPHRASE" ] || options+=(--passphrase-file passphrase)
		SEALED_KEY=$SIGN_KEY SEALED_PASSPHRASE=$PASSPHRASE SEALED_VERIFY=$work $mk/builder-run.sh "$store" "$signer" --key key \
			"${options[@]}" verify/rebuild.json
		;;
	*)
		[ -z "$PASSPHRASE" ] || options+=(--passphrase-file "$PASSPHRASE")
		"$signer" --key "$SIGN_KEY" "${options[@]}" $work/rebuild.json
		;;
	esac >$work/rebuild.dsse.json
}

commit=$($mk/release-commit.sh "$2") || exit
[ -n "$commit" ] || die 1 "this is no git checkout, so of which commit it is is not known; say COMMIT="
mkdir -p $work
if [ -n "$RELEASE" ]; then
	check_release
	rebuild_release
else
	rebuild_own "${@:5}"
fi
predicate
sign
: "${file:=build/release/rebuilds/$(jq -r '.signatures[0].keyid' $work/rebuild.dsse.json).dsse.json}"
mkdir -p "$(dirname "$file")"
mv $work/rebuild.dsse.json "$file"
chmod -R u+w $work/tree && rm -rf $work/tree
printf '%s  %s\n' "$manifest" "$file"
