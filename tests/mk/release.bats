# The scripts of `make release`, each alone: which commit, what a licence is, what is signed, how a release takes its place.
load ../helpers

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
}

COMMIT=0123456789abcdef0123456789abcdef01234567

commit_of() { "$ROOT/mk/release-commit.sh" "$@"; } # [COMMIT]

repository() {
	mkdir -p tree/{workspace,tools,images,mk}
	cd tree || return
	echo build/ >.gitignore
	echo 'int x;' >workspace/x.c
	git init -q
	git add -A
	git commit -q -m all
}

@test "commit: the one that is given, whatever git says, in 40 or 64 digits" {
	same "$COMMIT" "$(commit_of $COMMIT)"
	same "${COMMIT}0123456789abcdef01234567" "$(commit_of ${COMMIT}0123456789abcdef01234567)"
	for it in HEAD main "${COMMIT^^}" "${COMMIT}0" "$COMMIT "; do
		expect 64 commit_of "$it"
		one_line "$stderr" "release: COMMIT=$it: "
	done
}

@test "commit: git's, of sources that are as they were committed; none where there is no git" {
	need git
	same '' "$(commit_of)"
	repository
	mkdir build
	echo generated >build/x
	same "$(git rev-parse HEAD)" "$(commit_of)"
}

@test "commit: sources that are changed, more or less than any commit's are refused, also where git ignores it" {
	need git
	repository
	refused() {
		expect 1 commit_of
		one_line "$stderr" "release: the sources are not those of commit $(git rev-parse HEAD | cut -c-12): $1 (1 changes)"
		git reset -q --hard
		git clean -q -f -d -x
	}
	echo >>workspace/x.c
	refused workspace/x.c
	rm workspace/x.c
	refused workspace/x.c
	chmod +x workspace/x.c
	refused workspace/x.c
	echo new >note
	refused note
	echo '*.o' >.git/info/exclude
	echo object >workspace/x.o
	refused workspace/x.o
	same "$(git rev-parse HEAD)" "$(commit_of)"
}

@test "commit: where git cannot say, it is asked for" {
	need git
	mkdir empty
	cd empty
	git init -q
	expect 1 commit_of
	one_line "$stderr" 'release: git finds no commit here; say COMMIT='
}

licence() { awk -f "$ROOT/mk/copyright.awk" "$@" | cut -f2; } # FILE

# dep5 SYNOPSIS...: a copyright file of as many paragraphs
dep5() {
	printf 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: x\n'
	printf '\nFiles: %s\nCopyright: 2026 somebody\nLicense: %s\n A text,\n .\n of some lines\n' $((++n)) "$1"
	shift
	for it in "$@"; do printf '\nFiles: %s\nCopyright: 2026\nLicense: %s\n' $((++n)) "$it"; done
}

# Source of the expected values: Debian's copyright-format 1.0, "Short name" and "Syntax", and the SPDX licence list.
@test "licence: short names with a meaning of their own, versions, and words that join them" {
	while IFS='|' read -r want names; do
		IFS=';' read -ra synopses <<<"$names"
		dep5 "${synopses[@]}" >copyright
		same "$want" "$(licence copyright)" "$names"
	done <<-'END'
		MIT|Expat
		GPL-2.0-only|GPL-2
		GPL-2.0-or-later|GPL-2+
		GPL-2.0-or-later|gpl-2.0+
		LGPL-2.1-or-later|LGPL-2.1+
		Apache-2.0 AND GPL-3.0-only AND MIT|GPL-3;Expat;Apache-2.0;Expat
		BSD-3-Clause OR GPL-2.0-only|BSD-3-clause or GPL-2
		(BSD-3-Clause OR GPL-2.0-only) AND MIT AND Zlib|BSD-3-clause or GPL-2;zlib;Expat
		ISC AND Zlib AND CC0-1.0|ISC and zlib and CC0-1.0
		MPL-2.0|MPL-2.0
	END
}

@test "licence: where not all of it is certain, nothing is said" {
	for names in MIT GPL BSD public-domain GPL-4 LGPL-1 GPL-2-or-so 'GPL-2+ with Autoconf exception' 'GPL-2 or Expat and ISC' 'Expat, and ISC' 'Expat;Artistic' ''; do
		IFS=';' read -ra synopses <<<"$names"
		dep5 "${synopses[@]:-}" >copyright
		same NOASSERTION "$(licence copyright)" "$names"
	done
	printf 'This package is under the GPL-2.\n\nLicense: GPL-2\n' >copyright
	same NOASSERTION "$(licence copyright)"
	dep5 Expat | sed 1d >copyright
	same NOASSERTION "$(licence copyright)"
	{ dep5 Expat && printf '\nFiles: other\nCopyright: 2026\n'; } >copyright
	same NOASSERTION "$(licence copyright)"
}

@test "licence: each file alone, and what it says beside" {
	dep5 Expat >a
	dep5 GPL-2+ MIT >b
	same $'a\tMIT\tExpat\nb\tNOASSERTION\tGPL-2+, MIT' "$(awk -f "$ROOT/mk/copyright.awk" a b)"
}

@test "licence: what Debian's own reader of such files finds in the build root's" {
	need /usr/bin/python3
	/usr/bin/python3 -c 'import debian.copyright' 2>/dev/null || skip "needs python3-debian"
	cat >read.py <<-'END'
		import logging, sys, warnings
		from debian.copyright import Copyright, NotMachineReadableError
		logging.disable(logging.CRITICAL)
		warnings.simplefilter("ignore")
		for path in sys.argv[1:]:
		    names = []
		    try:
		        with open(path, encoding="utf-8") as file:
		            for it in Copyright(file, strict=False).all_files_paragraphs():
		                if it.license and it.license.synopsis not in names:
		                    names.append(it.license.synopsis)
		    except NotMachineReadableError:
		        pass
		    print(path + "\t" + ", ".join(names))
	END
	find -L "$ROOT"/build/root/usr/share/doc -mindepth 2 -maxdepth 2 -name copyright -exec grep -l '^Format:.*copyright-format/1.0' {} + |
		LC_ALL=C sort >files # not those in drafts of the form
	[ "$(wc -l <files)" -gt 50 ]
	xargs awk -f "$ROOT/mk/copyright.awk" <files | cut -f1,3 >ours
	xargs /usr/bin/python3 read.py <files >theirs
	diff theirs ours
}

# A folder as mk/release.sh makes one, as far as signing looks at it.
small_release() {
	mkdir -p release/oci
	printf '{"manifests":[{"digest":"sha256:%064d","size":2}],"schemaVersion":2}' 7 >release/oci/index.json
	for it in measurements sbom.spdx provenance; do echo "{\"it\": \"$it\"}" >"release/$it.json"; done
	(cd release && sha256sum -- *.json) >sums
	mv sums release/SHA256SUMS
}

sign() { "$ROOT/mk/release-sign.sh" release "$BIN/manifest-sign" "$1" "${2:-}" an-image registry.example:5000 1.2.3 "${3:-}" </dev/null; } # KEY [PASSPHRASE [COMMIT]]

@test "signing: four statements about the image, the release's about every file too, and a payload for skopeo" {
	small_release
	manifest-sign keygen --out key.pem >id
	mkdir keys && cp key.pub keys
	sign "$PWD/key.pem" '' $COMMIT
	while read -r name type; do
		manifest-verify --keys keys --type "$type" --subject "sha256:$(printf %064d 7)" --predicate "release/$name.dsse.json" | jq -cS . >"$name.said"
	done <<-'END'
		measurements urn:kettle-dstack:measurements:1
		sbom https://spdx.dev/Document/v2.3
		provenance https://slsa.dev/provenance/v1
		release urn:kettle-dstack:release:1
	END
	same '{"it":"measurements"}{"it":"sbom.spdx"}{"it":"provenance"}' "$(cat measurements.said sbom.said provenance.said | tr -d '\n')"
	same "{\"commit\":\"$COMMIT\",\"image\":\"an-image\",\"version\":\"1.2.3\"}" "$(<release.said)"
	jq -r .payload release/release.dsse.json | base64 -d | jq -r '.subject[1:][] | "\(.digest.sha256)  \(.name)"' | cmp - release/SHA256SUMS
	same registry.example:5000/an-image:1.2.3 "$(jq -r '.critical.identity["docker-reference"]' release/sigstore.payload.json)"
	base64 -d release/sigstore.sig >signature
	openssl pkeyutl -verify -pubin -inkey key.pub -rawin -in release/sigstore.payload.json -sigfile signature
}

@test "signing: a passphrase comes from its file; a wrong one, or none, is one line" {
	small_release
	echo secret >passphrase
	echo wrong >wrong
	manifest-sign keygen --type p384 --passphrase-file passphrase --out key.pem >id
	sign "$PWD/key.pem" "$PWD/passphrase"
	same "$(<id)" "$(jq -r '.signatures[].keyid' release/release.dsse.json)"
	same null "$(jq -r .payload release/release.dsse.json | base64 -d | jq .predicate.commit)"
	expect 2 sign "$PWD/key.pem" "$PWD/wrong"
	one_line "$stderr" 'manifest-sign: '
	expect 71 sign "$PWD/key.pem"
	one_line "$stderr" 'manifest-sign: '
}

@test "signing: at a terminal the passphrase is asked for once" {
	need script
	small_release
	echo secret >passphrase
	manifest-sign keygen --passphrase-file passphrase --out key.pem >id
	command="$ROOT/mk/release-sign.sh release $BIN/manifest-sign key.pem '' an-image registry.example 1 ''"
	script -qec "$command" log <passphrase >/dev/null
	same 1 "$(grep -c 'passphrase of the key' log)"
	same "$(<id)" "$(jq -r '.signatures[].keyid' release/release.dsse.json)"
}

place() { "$ROOT/mk/release-place.sh" new release; }

a_release() { # FOLDER MEASUREMENTS
	mkdir "$1"
	echo "$2" >"$1/measurements.json"
	echo "$1" >"$1/notes.md"
}

@test "placing: the old one is gone, but for what was added to the same measurements" {
	a_release release 1
	a_release new 1
	mkdir release/rebuilds
	echo statement >release/rebuilds/a.dsse.json
	echo inputs >release/inputs.tar
	echo old >release/old
	place
	same 'inputs.tar measurements.json notes.md rebuilds' "$(ls release | paste -sd ' ')"
	same 'new statement inputs' "$(cat release/notes.md release/rebuilds/a.dsse.json release/inputs.tar | paste -sd ' ')"
	a_release new 2
	place
	same 'measurements.json notes.md' "$(ls release | paste -sd ' ')"
	same release "$(ls)"
}

@test "placing: what an interrupted one left is no hindrance" {
	a_release release 1
	a_release new 2
	mkdir release.old release.new
	place
	same release "$(ls)"
	same new "$(<release/notes.md)"
}

@test "placing: what was added survives a run that was killed between its two moves" {
	a_release release.old 1
	echo inputs >release.old/inputs.tar
	a_release new 1
	place
	same 'new inputs' "$(cat release/notes.md release/inputs.tar | paste -sd ' ')"
	mv release release.old
	mkdir release # as the build root makes it
	a_release new 1
	place
	same release "$(ls)"
	same inputs "$(<release/inputs.tar)"
}
