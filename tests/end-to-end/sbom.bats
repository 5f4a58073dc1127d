# The SBOM of a release beside other people's readers: the SPDX project's library, dpkg-deb, npm's own packages, sha1sum over what
# bsdtar unpacks, the package-url project's and npm's readers of names and licences.
load clone
load release

setup_file() {
	npm_packages "$BATS_FILE_TMPDIR" tests/spdx/npm
	test_root spdx
	compile_reader
	release_setup
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	SBOM=$WARM/build/release/sbom.spdx.json
}

compile_reader() {
	cd "$ROOT/tests/spdx" || return
	inside=(--setenv GO111MODULE off --setenv GOPATH /usr/share/gocode --setenv CGO_ENABLED 0 --unshare-net)
	in_test_root spdx go build -o /tmp/read-spdx read.go
}

spdx() { "$BATS_FILE_TMPDIR/read-spdx" <"$1"; } # FILE

# The names and versions of what locks name, as dpkg-deb reads the packages themselves.
debs() { # LOCK...
	awk '!/^(#|format|epoch)/ { print $5 }' "$@" | sort -u | while read -r hex; do
		echo "$hex $(dpkg-deb --show --showformat '${Package} ${Version} ${Architecture}' "$TREE_STORE/sha256/$hex")"
	done | LC_ALL=C sort
}

@test "the SPDX project's own library takes it, and loses nothing of it" {
	expect 0 spdx "$SBOM"
	grep -qx 'document kettle-launcher [0-9.]* SPDX-2.3' <<<"$output"
	grep -qx "packages $(jq '.packages | length' "$SBOM")" <<<"$output"
	grep -qx "relationships $(jq '.relationships | length' "$SBOM")" <<<"$output"
	same "kettle-dstack sources,kettle-launcher/1-debian,kettle-launcher/2-runtime,kettle-launcher/3-libraries,kettle-launcher/4-kettle" \
		"$(sed -n 's/^verified //p' <<<"$output" | LC_ALL=C sort | paste -sd ,)"
	[[ $output == *kept ]]
	# And it says so where one is not right.
	jq '.relationships[0].relatedSpdxElement = "SPDXRef-nobody"' "$SBOM" >nobody.json
	expect 1 spdx nobody.json
	jq '.files[0].checksums[0].checksumValue |= (.[1:] + "0")' "$SBOM" >code.json
	expect 1 spdx code.json
	[[ $output == *'its verification code should be '* ]]
	jq '.spdxVersion = "SPDX-9"' "$SBOM" >version.json
	expect 1 spdx version.json
}

@test "it is of this image, made of nothing but the image, and every name is there once" {
	same "$(expected_digest | cut -d: -f2)" "$(jq -r '.packages[] | select(.SPDXID == "SPDXRef-image").checksums[] | select(.algorithm == "SHA256").checksumValue' "$SBOM")"
	same "urn:kettle-dstack:sbom:$(expected_digest)" "$(jq -r .documentNamespace "$SBOM")"
	same "$(sed -n 's/^epoch //p' "$ROOT/images/builder/debian.lock")" "$(date -u -d "$(jq -r .creationInfo.created "$SBOM")" +%s)"
	same "SPDXRef-DOCUMENT SPDXRef-image" "$(jq -r '.relationships[] | select(.relationshipType == "DESCRIBES") | "\(.spdxElementId) \(.relatedSpdxElement)"' "$SBOM")"
	same '' "$(jq -r '(.packages + .files)[].SPDXID' "$SBOM" | sort | uniq -d)"
	same '' "$(jq -r '(.packages + .files)[].SPDXID | select(test("^SPDXRef-[A-Za-z0-9.-]+$") | not)' "$SBOM")"
	jq -S --indent 2 . "$SBOM" | cmp - "$SBOM"
}

@test "each layer has exactly the files that bsdtar finds in its blob, with the digests of sha1sum and sha256sum" {
	local layers=(1-debian 2-runtime 3-libraries 4-kettle) i=0 blob
	for blob in $(jq -r '.layers[].digest | sub(":"; "/")' "$WARM/build/release/oci/blobs/$(expected_digest | tr : /)"); do
		mkdir tree
		bsdtar -xf "$WARM/build/release/oci/blobs/$blob" -C tree --no-same-owner --no-same-permissions
		(cd tree && find . -type f | LC_ALL=C sort >../paths && paste -d ' ' ../paths <(xargs sha1sum <../paths | cut -c-40) <(xargs sha256sum <../paths | cut -c-64)) >found
		jq -r --arg layer "SPDXRef-layer-$(sed 's/-/-2D/' <<<"${layers[i]}")" '(.relationships | map(select(.spdxElementId == $layer and .relationshipType == "CONTAINS").relatedSpdxElement) |
			map({(.): true}) | add) as $in | .files[] | select($in[.SPDXID]) |
			"\(.fileName) \(.checksums | map({(.algorithm): .checksumValue}) | add | "\(.SHA1) \(.SHA256)")"' "$SBOM" | LC_ALL=C sort -k1,1 >said
		diff found said
		[ -s found ]
		rm -rf tree
		i=$((i + 1))
	done
	same 4 $i
}

@test "every Debian package of the image and of the build root, as dpkg-deb reads it, related to what it is in" {
	debs "$ROOT"/images/builder/debian.lock "$ROOT"/images/kettle-launcher/1-debian/debian.lock >read
	jq -r '.packages[] | select(.SPDXID | startswith("SPDXRef-deb-")) | "\(.checksums[0].checksumValue) \(.name) \(.versionInfo) \(.externalRefs[0].referenceLocator | split("arch=")[1])"' \
		"$SBOM" | LC_ALL=C sort | diff read -
	in_relation() { # TYPE: digests of the packages that have it with anything
		jq -r --arg type "$1" '(.packages | map({(.SPDXID): .checksums[0].checksumValue}) | add) as $digest | .relationships[] | select(.relationshipType == $type) |
			.spdxElementId, .relatedSpdxElement | select(startswith("SPDXRef-deb-")) | $digest[.]' "$SBOM" | sort -u
	}
	debs "$ROOT"/images/builder/debian.lock | cut -d' ' -f1 | sort -u | diff - <(in_relation BUILD_TOOL_OF)
	debs "$ROOT"/images/kettle-launcher/1-debian/debian.lock | cut -d' ' -f1 | sort -u | diff - <(in_relation CONTAINS)
}

@test "every npm package of the image, with the digest, name, version and licence that it has itself" {
	jq -r '.packages[] | select(.SPDXID | startswith("SPDXRef-npm-")) | "\(.checksums[0].checksumValue) \(.name) \(.versionInfo) \(.licenseDeclared)"' "$SBOM" | sort >said
	cut -d' ' -f1 said | while read -r hex; do
		same "$hex" "$(sha512sum <"$TREE_STORE/sha512/$hex" | cut -c-128)"
		echo "$hex $(tar -xzOf "$TREE_STORE/sha512/$hex" package/package.json | jq -r '"\(.name) \(.version) \(.license)"')"
	done | diff - said
	same "$(jq -r '.packages | to_entries[] | select(.key != "" and (.value.optional | not)) | .value.integrity' "$ROOT"/images/kettle-launcher/*/npm/package-lock.json |
		sed 's/^sha512-//' | while read -r it; do base64 -d <<<"$it" | od -An -v -tx1 | tr -d ' \n'; echo; done | sort -u)" "$(cut -d' ' -f1 said)"
}

@test "where a file came from: package, source or made of packages; nothing is without" {
	jq -r '(.files | map(select(.SPDXID | startswith("SPDXRef-file-"))) | map(.SPDXID)) - [.relationships[] | select(.relationshipType | IN("EXPANDED_FROM_ARCHIVE", "COPY_OF", "GENERATED_FROM")).spdxElementId] | .[]' \
		"$SBOM" >without
	same '' "$(<without)"
	# A file that came from a package has the bytes it has there.
	jq -r '(.packages | map({(.SPDXID): .checksums[0].checksumValue}) | add) as $digest | (.files | map({(.SPDXID): .}) | add) as $file |
		.relationships[] | select(.relationshipType == "EXPANDED_FROM_ARCHIVE" and (.relatedSpdxElement | startswith("SPDXRef-deb-"))) |
		"\($digest[.relatedSpdxElement]) \($file[.spdxElementId].checksums[1].checksumValue) \($file[.spdxElementId].fileName)"' "$SBOM" | sort >expanded
	for hex in $(cut -d' ' -f1 expanded | sort -u); do
		mkdir tree
		dpkg-deb --extract "$TREE_STORE/sha256/$hex" tree
		sed -n "s,^$hex \([0-9a-f]*\) \(.*\),\1  tree/\2,p" expanded | sha256sum --check --strict --quiet
		rm -rf tree
	done
	[ "$(wc -l <expanded)" -gt 20 ]
	# A copy of a source has the source's.
	jq -r '(.files | map({(.SPDXID): .}) | add) as $file | .relationships[] | select(.relationshipType == "COPY_OF") |
		"\($file[.spdxElementId].checksums[1].checksumValue)  \($file[.relatedSpdxElement].fileName)"' "$SBOM" >copies
	(cd "$ROOT" && sha256sum --check --strict --quiet) <copies
	[ "$(wc -l <copies)" -gt 5 ]
}

@test "every source of ours is there, with its digests and licence" {
	(cd "$ROOT" && find workspace images/kettle-launcher/*/files -type f | LC_ALL=C sort | xargs sha256sum) >ours
	jq -r '.files[] | select(.SPDXID | startswith("SPDXRef-source-")) | "\(.checksums[1].checksumValue)  \(.fileName[2:])"' "$SBOM" | LC_ALL=C sort -k2 >said
	diff <(LC_ALL=C sort -k2 ours) said
	same MIT "$(jq -r '.files[] | select(.SPDXID | startswith("SPDXRef-source-")).licenseConcluded' "$SBOM" | sort -u)"
	jq -r '.files[] | select(.SPDXID | startswith("SPDXRef-source-")) | "\(.checksums[0].checksumValue)  \(.fileName)"' "$SBOM" | (cd "$ROOT" && sha1sum --check --strict --quiet)
}

@test "package URLs are as the package-url project writes them, licences are expressions to npm's reader" {
	jq -r '.packages[].externalRefs[]?.referenceLocator' "$SBOM" >purls
	jq -r '.packages[], .files[] | .licenseDeclared, .licenseConcluded | strings | select(. != "NOASSERTION")' "$SBOM" | sort -u >licences
	cat >read.mjs <<-'END'
		import { readFileSync } from "fs";
		import { createRequire } from "module";
		const require = createRequire(process.env.MODULES + "/");
		const { PackageURL } = require("packageurl-js");
		const parse = require("spdx-expression-parse");
		const lines = (path) => readFileSync(path, "utf8").trim().split("\n");
		let bad = 0;
		const same = (purl) => { try { return decodeURIComponent(PackageURL.fromString(purl).toString()) === decodeURIComponent(purl); } catch { return false; } };
		const read = (text) => { try { parse(text); return true; } catch { return false; } };
		for (const it of lines("purls")) if (!same(it)) { console.log(it); bad = 1; }
		for (const it of lines("licences")) if (!read(it)) { console.log(it); bad = 1; }
		process.exit(bad);
	END
	MODULES=$BATS_FILE_TMPDIR/node_modules expect 0 node read.mjs
	same "$(jq '[.packages[] | select(.externalRefs)] | length' "$SBOM")" "$(wc -l <purls)"
	[ "$(wc -l <licences)" -gt 5 ]
	echo 'pkg:/none' >>purls
	echo 'MIT and so on' >>licences
	MODULES=$BATS_FILE_TMPDIR/node_modules expect 1 node read.mjs
	same $'pkg:/none\nMIT and so on' "$output"
}
