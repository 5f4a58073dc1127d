# release-verify with what others supply: a checkout, a rebuild, rebuilders' statements, a bundle of inputs. The release is small.bash's.
load small

@test "rebuilders: each counts once, those who made the release not at all" {
	for it in one two; do key $it rebuilders; done
	with=(--rebuilder-keys ../rebuilders)
	rebuild one
	verdict 0 "${with[@]}" --rebuilders 1
	said rebuilders holds ''
	same "[\"$(id_of one)\"]" "$(jq -c '[.rebuilders[].keyid]' <<<"$output")"
	verdict 1 "${with[@]}" --rebuilders 2
	said rebuilders 'does not hold' threshold
	cp ../rebuilders/one.pub ../rebuilders/again.pub # the same key in two files
	verdict 1 "${with[@]}" --rebuilders 2
	rm ../rebuilders/again.pub
	cp "rebuilds/$(id_of one).dsse.json" "rebuilds/$(id_of two).dsse.json" # the same statement in two files
	verdict 1 "${with[@]}" --rebuilders 2
	said rebuilders 'does not hold' key-unknown "rebuilds/$(id_of two).dsse.json"
	rebuild two
	verdict 0 "${with[@]}" --rebuilders 2
	expect 0 manifest-verify --keys ../rebuilders --threshold 2 --type urn:kettle-dstack:rebuild:1 rebuilds/*.dsse.json
	rebuild release
	cp ../trusted/release.pub ../rebuilders/
	verdict 1 "${with[@]}" --rebuilders 3
}

@test "a rebuilder who got something else is told of, whoever else agrees" {
	for it in one two three; do
		key $it rebuilders
		rebuild $it
	done
	rebuild two '.image.layers[1] = "00"'
	verdict 1 --rebuilder-keys ../rebuilders --rebuilders 2
	said rebuilders 'does not hold' rebuilder-disagrees "rebuilds/$(id_of two).dsse.json"
	[[ $(jq -r '.findings[] | select(.code == "rebuilder-disagrees").reason' <<<"$output") == *'(two.pub) got something else, first at .image.layers[1]' ]]
	rebuild two '.inputs.workspace.sha256 = "00"'
	verdict 1 --rebuilder-keys ../rebuilders
	said rebuilders 'does not hold' rebuilder-disagrees
	rebuild two '.commit = null'
	verdict 0 --rebuilder-keys ../rebuilders --rebuilders 3
}

@test "a rebuilder's statement that says nothing of this" {
	key one rebuilders
	key stranger strangers
	rebuild stranger '.image.manifest = "00"'
	verdict 0 --rebuilder-keys ../rebuilders
	said rebuilders 'not checked' key-unknown
	manifest=$(printf '%064d' 7) rebuild one
	verdict 0 --rebuilder-keys ../rebuilders
	said rebuilders 'not checked' subject-differs
	sign "rebuilds/$(id_of one).dsse.json" urn:kettle-dstack:release:1 ../made/release.json one
	verdict 1 --rebuilder-keys ../rebuilders
	said rebuilders 'does not hold' predicate-type
}

@test "the bundle of inputs: each is what it is named as, and what is not there is told" {
	bundle
	verdict 0
	said inputs holds ''
	rm ../made/inputs/sha256/*
	input another
	printf 'of npm\n' >../made/npm
	cp ../made/npm "../made/inputs/sha512/$(sha512sum <../made/npm | cut -d' ' -f1)"
	bundle
	verdict 0
	said inputs 'not checked' input-missing
	mv ../made/inputs/sha512/* "../made/inputs/sha512/$(printf '%0128d' 0)"
	bundle
	refused inputs digest-differs inputs.tar
	head -c -512 inputs.tar >../cut && cp ../cut inputs.tar
	refused inputs malformed inputs.tar
}

@test "a checkout: the same sources, a changed lock, another workspace, told in this order" {
	verdict 0 --checkout ../made/inputs.json
	said source holds ''
	verdict 0 --checkout measurements.json
	said source holds ''
	jq '.locks[1].digest.sha256 = "00" | .image_definition.sha256 = "01" | .workspace.sha256 = "02"' ../made/inputs.json >../here.json
	verdict 1 --checkout ../here.json
	same "$(printf '%s\n' lock-differs:images/small/1-one/debian.lock source-differs:images/small source-differs:workspace)" \
		"$(jq -r '.findings[] | select(.check == "source") | "\(.code):\(.object)"' <<<"$output")"
	[[ $(jq -r '.findings[] | select(.object == "workspace").reason' <<<"$output") == *"the release was made from commit $commit" ]]
	jq '.locks += [{path: "images/small/2-two/debian.lock", digest: .locks[0].digest}]' ../made/inputs.json >../here.json
	verdict 1 --checkout ../here.json
	said source 'does not hold' lock-differs images/small/2-two/debian.lock
}

@test "a rebuild: the same, and each thing that can differ" {
	cp -r . ../rebuilt
	verdict 0 --rebuilt ../rebuilt
	same "$(printf '%s\n' rebuilt-{files,image,measurements,provenance,registers,sbom})" \
		"$(jq -r '.findings[] | select(.verdict == "holds" and (.check | startswith("rebuilt-"))).check' <<<"$output" | sort)"
	said source holds ''
	edit ../rebuilt/measurements.json '.tdx.vms[0].rtmr1 = "ff"'
	verdict 1 --rebuilt ../rebuilt
	said rebuilt-registers 'does not hold' differs 'rtmr1 of VM one'
	said rebuilt-measurements 'does not hold' differs measurements.json
	[[ $(jq -r '.findings[] | select(.check == "rebuilt-measurements").reason' <<<"$output") == *'first at .tdx.vms[0].rtmr1' ]]
	same '01 ff' "$(jq -r '.findings[] | select(.object == "rtmr1 of VM one") | "\(.expected) \(.observed)"' <<<"$output")"
	echo more >>../rebuilt/notes.md
	verdict 1 --rebuilt ../rebuilt
	said rebuilt-files 'does not hold' digest-differs notes.md
	edit ../rebuilt/measurements.json '.inputs.tools.sha256 = "00"'
	verdict 1 --rebuilt ../rebuilt
	first source
}

# A copy of the release with another second layer, config and manifest.
other_rebuild() {
	mkdir ../rebuilt
	(
		cd ../rebuilt || return
		printf 'other\n' >../made/file
		tar --format=ustar --mtime=@0 --owner=0 --group=0 --numeric-owner -C ../made -cf ../made/2.tar file
		gzip -nc ../made/2.tar >../made/2.tar.gz
		jq -c --arg two "sha256:$(hex256 ../made/2.tar)" '.rootfs.diff_ids[1] = $two' ../made/config >../made/config.new
		jq -c --argjson config "$(descriptor config.v1+json ../made/config.new)" --argjson two "$(descriptor layer.v1.tar+gzip ../made/2.tar.gz)" \
			'.config = $config | .layers[1] = $two' ../made/manifest >../made/manifest.new
		for it in 1.tar.gz 2.tar.gz config.new manifest.new; do blob ../made/$it; done
		jq -c --argjson m "$(descriptor manifest.v1+json ../made/manifest.new)" '.manifests = [$m]' ../release/oci/index.json >oci/index.json
		cp ../release/oci/oci-layout oci/
	)
}

@test "a rebuilt image: which layer, and what of the config" {
	other_rebuild
	verdict 1 --rebuilt-image ../rebuilt/oci --rebuilt-measurements measurements.json
	said rebuilt-image 'does not hold' digest-differs 'layer 2-two'
	said rebuilt-image 'does not hold' differs config
	said rebuilt-image 'does not hold' digest-differs manifest
	first rebuilt-image
	[[ $(jq -r '.findings[] | select(.object == "config").reason' <<<"$output") == *'first at .rootfs.diff_ids[1]' ]]
	printf 'x' >>"../rebuilt/oci/blobs/sha256/$(hex256 ../made/1.tar.gz)"
	expect 2 release-verify --rebuilt-image ../rebuilt/oci .
	one_line "$stderr" 'layer 1: does not hash to its name, or is not there'
}

@test "a rebuild without an OS image: what needs one is not checked, all else is" {
	local none='.tdx.os_image = {status: "not computed", reason: "none"} | .tdx.vms = []'
	cp -r . ../rebuilt
	edit ../rebuilt/measurements.json "$none"
	edit ../rebuilt/provenance.json '.buildDefinition.externalParameters.os_image = null'
	echo other >../rebuilt/notes.md
	verdict 0 --rebuilt ../rebuilt
	for it in registers measurements provenance files; do said "rebuilt-$it" 'not checked' no-os-image; done
	edit ../rebuilt/measurements.json '.tdx.rtmr3.rtmr3 = "ff" | .tdx.rtmr3.events[1].sha384 = "ff"' # the file system
	verdict 0 --rebuilt ../rebuilt
	edit ../rebuilt/measurements.json '.tdx.rtmr3.events[0].sha384 = "ff"'
	verdict 1 --rebuilt ../rebuilt
	said rebuilt-registers 'does not hold' differs rtmr3
	cp measurements.json ../rebuilt/
	edit ../rebuilt/measurements.json "$none | .application = [1]"
	verdict 1 --rebuilt ../rebuilt
	said rebuilt-measurements 'does not hold' differs measurements.json
}
