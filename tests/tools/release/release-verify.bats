#!/usr/bin/env bats
# A whole release, small and made by hand (small.bash), and then one thing of it changed: each time the verdict, the check
# and the code are named. What the values should be is said by sha256sum, sha384sum and jq. rebuilds.bats and flips.bats go on.
load small

@test "a whole release holds" {
	verdict 0 --subject "sha256:$manifest"
	same '"holds"' "$(jq .verdict <<<"$output")"
	same "$(printf '%s\n' deployment files image measurements provenance sbom signatures sigstore statements subject)" \
		"$(jq -r '.findings[] | select(.verdict == "holds").check' <<<"$output" | sort)"
	same "$(printf '%s\n' diff-ids inputs rebuilders rebuilt source)" \
		"$(jq -r '.findings[] | select(.verdict == "not checked").check' <<<"$output" | sort)"
	same "{\"commit\":\"$commit\",\"image\":\"small\",\"manifest\":\"$manifest\",\"version\":\"1.2.3\"}" "$(jq -c .release <<<"$output")"
	same "[\"$(id_of release)\"]" "$(jq -c '[.signers[].keyid]' <<<"$output")"
	same "$(find . -type f -printf '%s\n' | jq -sc '{bytes: add, files: length}')" "$(jq -c .hashed <<<"$output")"
}

@test "as text: a line a check, and the verdict last" {
	expect 0 release-verify --keys ../trusted .
	same "small 1.2.3 sha256:$manifest from commit $commit" "${output%%$'\n'*}"
	same 'holds; not checked: subject, inputs, source, diff-ids, rebuilders, rebuilt' "${output##*$'\n'}"
	echo more >>notes.md
	expect 1 release-verify --keys ../trusted .
	[[ $output == *'DOES NOT HOLD files '*'notes.md: its SHA-256 is not the one in SHA256SUMS [digest-differs]'* ]]
	[[ $output == *"claimed  $(sed -n 's/  notes.md//p' SHA256SUMS)"*"found    $(hex256 notes.md)"* ]]
	one_line "${output##*$'\n'}" 'does not hold: notes.md: its SHA-256 is not the one in SHA256SUMS; not checked: '
}

@test "without keys nothing of a statement is believed, and that is said" {
	expect 0 release-verify --json .
	said signatures 'not checked' not-supplied
	same null "$(jq -c '.release.version' <<<"$output")"
	same '[]' "$(jq -c .signers <<<"$output")"
	rm ./*.dsse.json sigstore.*
	expect 0 release-verify --json .
	said signatures 'not checked' unsigned
	verdict 1
	said signatures 'does not hold' missing release.dsse.json
}

@test "a byte in a layer" {
	layer=oci/blobs/sha256/$(hex256 ../made/1.tar.gz)
	printf 'x' | dd of="$layer" bs=1 seek=20 conv=notrunc status=none
	refused files digest-differs "$layer"
	said image 'does not hold' digest-differs 'layer 1'
	first files
}

@test "another manifest under the name" {
	jq -c '.annotations = {a: "b"}' ../made/manifest >../made/other
	blob ../made/other
	jq -c --argjson m "$(descriptor manifest.v1+json ../made/other)" '.manifests = [$m]' oci/index.json >../index && cp ../index oci/index.json
	refused files digest-differs oci/index.json
	said statements 'does not hold' subject-differs release.dsse.json
	said measurements 'does not hold' differs 'measurements.json: .image.manifest.sha256'
	said image 'does not hold' unexpected "oci/blobs/sha256/$manifest"
	verdict 1 --subject "sha256:$manifest"
	said subject 'does not hold' subject-differs
}

@test "not the image asked for" {
	verdict 1 --subject "sha256:$(printf '%064d' 0)"
	said subject 'does not hold' subject-differs
	verdict 1 --subject "sha256:$(hex256 notes.md)"
}

@test "a swapped predicate: the statement of another kind, or of another release" {
	cp sbom.dsse.json measurements.dsse.json
	refused statements predicate-type measurements.dsse.json
	edit measurements.json '.tdx.vms[0].mrtd = "ff"'
	sign measurements.dsse.json urn:kettle-dstack:measurements:1 measurements.json release
	cp "$BATS_FILE_TMPDIR/release/measurements.json" .
	refused statements predicate-differs measurements.json
	same '"ff"' "$(jq -c 'first(.findings[] | select(.code == "predicate-differs")).expected | fromjson' <<<"$output")"
	[[ $(jq -r 'first(.findings[] | select(.code == "predicate-differs")).reason' <<<"$output") == *'.tdx.vms[0].mrtd' ]]
}

@test "a statement about another image, about more than this image, or that calls it otherwise" {
	sign sbom.dsse.json https://spdx.dev/Document/v2.3 sbom.spdx.json release --subject "sha256:$(printf '%064d' 0)"
	refused statements subject-differs sbom.dsse.json
	manifest=$(printf '%064d' 7) sign sbom.dsse.json https://spdx.dev/Document/v2.3 sbom.spdx.json release
	refused statements subject-differs sbom.dsse.json
	manifest-sign --key ../private/release.pem --type https://spdx.dev/Document/v2.3 --subject "large=sha256:$manifest" sbom.spdx.json >sbom.dsse.json
	refused statements subject-differs sbom.dsse.json
}

@test "signed by an unknown key" {
	key stranger strangers
	sign_release stranger
	refused signatures key-unknown release.dsse.json
	said sigstore 'does not hold' signature-broken
	verdict 1 --keys ../strangers/../trusted
	expect 0 release-verify --keys ../strangers .
}

@test "the threshold: distinct keys, and each counts once" {
	verdict 1 --threshold 2
	said signatures 'does not hold' threshold release.dsse.json
	cp ../trusted/release.pub ../trusted/again.pub
	verdict 1 --threshold 2
	said signatures 'does not hold' threshold release.dsse.json
	key second trusted
	for it in measurements sbom provenance release; do
		manifest-sign --key ../private/second.pem --add $it.dsse.json >../added
		cp ../added $it.dsse.json
	done
	verdict 0 --threshold 2
	same 2 "$(jq '.signers | length' <<<"$output")"
	verdict 1 --threshold 3
	rm ../trusted/second.pub
	verdict 0
	said signatures 'not checked' key-unknown
}

@test "what is not in SHA256SUMS, and what is not there" {
	echo more >deploy/more
	refused files unexpected deploy/more
	rm deploy/more notes.md
	refused files missing notes.md
	git init -q . 2>/dev/null && refused files unexpected .git/HEAD
}

@test "SHA256SUMS: what it may not name, what it may not be, and what was signed of it" {
	sha256sum release.dsse.json | cat - SHA256SUMS | sort -k 2 >../sums && cp ../sums SHA256SUMS
	refused files unexpected release.dsse.json
	said statements 'does not hold' subject-differs release.dsse.json
	grep -v notes.md SHA256SUMS >../sums && cp ../sums SHA256SUMS
	refused files unexpected notes.md
	rm SHA256SUMS
	refused files missing SHA256SUMS
}

@test "a layout that is not one" {
	local blob
	cp -r oci ../oci
	rm oci/oci-layout
	refused image missing oci/oci-layout
	printf '{"imageLayoutVersion":"2.0.0"}' >oci/oci-layout
	refused image malformed oci/oci-layout
	jq -c '.manifests += .manifests' ../oci/index.json >oci/index.json
	refused image malformed oci/index.json
	jq -c '.manifests[0].size += 1' ../oci/index.json >oci/index.json
	refused image size-differs manifest
	cp ../oci/index.json oci/
	rm "oci/blobs/sha256/$(hex256 ../made/2.tar.gz)"
	refused image missing 'layer 2'
}

@test "signed by the key, and yet not true" {
	edit measurements.json '.image.layers[1].blob.sha384 |= ascii_upcase'
	make_provenance
	sign_again
	refused measurements differs 'measurements.json: .image.layers[1]: .blob.sha384'
	edit measurements.json '.image.layers[1].blob.sha384 |= ascii_downcase | .image.layers[0].diff_id.sha256 = "00"'
	make_provenance
	sign_again
	refused measurements differs 'measurements.json: .image.layers[0]: .diff_id.sha256'
	edit sbom.spdx.json '.packages[0].checksums[0].checksumValue = "00"'
	make_provenance
	sign_again
	refused sbom subject-differs sbom.spdx.json
	edit provenance.json '.buildDefinition.externalParameters.image = "other"'
	sign_again
	refused provenance differs 'provenance.json: .buildDefinition.externalParameters.image'
	make_provenance
	edit provenance.json '.runDetails.byproducts[0].digest.sha256 = "00"'
	sign_again
	refused provenance differs
	make_provenance
	edit provenance.json '.buildDefinition.resolvedDependencies[2].digest.sha256 = "00"'
	sign_again
	refused provenance differs 'provenance.json: .buildDefinition.resolvedDependencies[2] (workspace): .digest.sha256'
	echo ' ' >>deploy/app-compose.json
	make_provenance
	sign_again
	refused deployment differs 'measurements.json: .deployment.app_compose.sha256'
}

@test "what a later version may mean is not judged" {
	edit measurements.json '.schema = "kettle-dstack/measurements/2"'
	make_provenance
	sign_again
	verdict 2
	said measurements 'cannot say' unsupported
	same '"cannot say"' "$(jq .verdict <<<"$output")"
}

@test "the signature for skopeo: of another image, by another key, half of it" {
	cp sigstore.sig ../sig
	manifest-sign --key ../private/release.pem --docker-reference localhost/small --subject "sha256:$(printf '%064d' 0)" \
		--payload sigstore.payload.json >sigstore.sig
	refused sigstore differs 'sigstore.payload.json: .critical.image.docker-manifest-digest'
	cp ../sig sigstore.sig
	refused sigstore signature-broken sigstore.sig
	rm sigstore.sig
	refused sigstore missing sigstore.sig
}

@test "text of others cannot write to the terminal" {
	edit measurements.json '.image.name = "\u001b[31m\u0085red\n"'
	expect 1 release-verify .
	[[ $output != *$'\e'* && $output != *$'\xc2\x85'* ]]
	[[ $(head -n 1 <<<"$output") == '?[31m??red?'* ]]
}

@test "a folder that is no release" {
	expect 74 release-verify ../none
	one_line "$stderr" 'release-verify: ../none: cannot open'
	mkdir ../empty
	expect 2 release-verify ../empty
	one_line "$stderr" 'there are no files in it'
	ln -s /etc/passwd link
	expect 2 release-verify .
	one_line "$stderr" 'link: neither a plain file nor a folder'
	rm link
	touch $'a\nb'
	expect 2 release-verify .
	one_line "$stderr" 'a?b: not a name that a release may have'
	expect 2 release-verify notes.md
	one_line "$stderr" 'not a folder'
}

@test "keys that are none, and used wrongly" {
	mkdir ../nokeys
	expect 2 release-verify --keys ../nokeys .
	expect 64 release-verify
	expect 64 release-verify . .
	expect 64 release-verify --subject sha256:00 .
	expect 64 release-verify --threshold 0 .
	expect 64 release-verify --rebuilders 1 .
	expect 64 release-verify --unknown .
}

@test "--help and --version" {
	expect 0 release-verify --help
	[[ $output == Usage:* ]]
	expect 0 release-verify --version
	[[ $output == "release-verify "*OpenSSL* ]]
}

@test "the man page's example" {
	mkdir ../example
	key one rebuilders
	key two rebuilders
	rebuild one
	rebuild two
	cp -r . ../example/release
	cp -r ../trusted ../example/keys
	cp -r ../rebuilders ../example/rebuilders
	cd ../example
	example=$(sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/s/^\.Dl //p' "$ROOT/docs/man/release-verify.1")
	[ -n "$example" ]
	expect 0 bash -c "$example"
}
