# OCI layouts made by tar, gzip and jq, of a small tree, and what is said of two of them.
load ../../helpers

# The tree and the first layout, made for the first test of a file and copied for the others.
cd_layouts() {
	cd "$BATS_TEST_TMPDIR" || return
	config='{"architecture":"amd64","config":{"Env":["A=1"],"User":"65532:65532"},"history":[{"created_by":"1-base"},{"created_by":"2-kettle"}],"os":"linux"}'
	annotations='{"org.opencontainers.image.title":"x"}'
	if [ ! -d "$BATS_FILE_TMPDIR/made" ]; then
		mkdir -p tree/usr/bin tree/etc
		echo 'program' >tree/usr/bin/kettle
		chmod 755 tree/usr/bin/kettle
		echo 'hello' >tree/etc/motd
		ln -s motd tree/etc/issue
		tar -cf - -T /dev/null | gzip -n >base
		layout first
		cp -a . "$BATS_FILE_TMPDIR/made"
	else
		cp -a "$BATS_FILE_TMPDIR/made/." .
	fi
}

pack() { tar --sort=name --format=ustar --owner=0 --group=0 --numeric-owner "$@" -cf - . | gzip -n; }

add_blob() { # FOLDER < CONTENT: its descriptor
	local digest
	cat >"$1/new"
	digest=$(sha256sum <"$1/new") digest=${digest%% *}
	printf '{"digest":"sha256:%s","size":%d}' "$digest" "$(stat -c %s "$1/new")"
	mv "$1/new" "$1/blobs/sha256/$digest"
}

# A layout of the tree, with $config and $annotations; PACK is what packs the layer.
layout() { # FOLDER [PACK...]
	local folder=$PWD/$1 layer base digest diff_id
	shift
	rm -rf "$folder"
	mkdir -p "$folder/blobs/sha256"
	echo '{"imageLayoutVersion":"1.0.0"}' >"$folder/oci-layout"
	base=$(add_blob "$folder" <base)
	find tree -exec touch -h -d @1700000000 {} +
	layer=$( (cd tree && "${@:-pack}") | add_blob "$folder")
	digest=${layer#*sha256:} digest=${digest%%\"*}
	diff_id=$(gzip -dcf <"$folder/blobs/sha256/$digest" | sha256sum) diff_id=${diff_id%% *}
	[ "$config" = "${config% }" ] || keep=' '
	{
		jq -cj --arg id "sha256:$diff_id" '.rootfs = {type: "layers", diff_ids: ["sha256:base", $id]}' <<<"$config"
		printf '%s' "${keep:-}"
	} | add_blob "$folder" >config.descriptor
	jq -cnS --argjson base "$base" --argjson layer "$layer" --slurpfile config config.descriptor --argjson annotations "$annotations" \
		'{schemaVersion: 2, config: $config[0], layers: [$base, $layer], annotations: $annotations}' >manifest
	printf '{"schemaVersion":2,"manifests":[%s]}\n' "$(add_blob "$folder" <manifest)" >"$folder/index.json"
}

# A layout of the same bytes as the first.
same_again() { # FOLDER
	rm -rf "$1"
	cp -r first "$1"
}

manifest_of() { jq -r '.manifests[0].digest | "blobs/" + sub(":"; "/")' "$1/index.json"; }
layer_of() { jq -r ".layers[$2].digest | \"blobs/\" + sub(\":\"; \"/\")" "$1/$(manifest_of "$1")"; } # LAYOUT NUMBER from 0
config_of() { jq -r '.config.digest | "blobs/" + sub(":"; "/")' "$1/$(manifest_of "$1")"; }

# What is said of two things, but for guesses and what follows: these lines, the first of them named as such.
differ() { # A B LINE...
	local first=$1 second=$2
	shift 2
	expect 1 image-diff "$first" "$second"
	same "first difference: $(printf '%s\n' "$@")" "$(grep -v ' (follows)$' <<<"$output" | sed 's/; cause: .*//')" "what it said"
	same '' "$stderr"
}

has() { # TEXT: $output has it, as it is
	grep -qF -e "$1" <<<"$output" || {
		printf 'expected: %s\nin: %s\n' "$1" "$output" >&2
		return 1
	}
}
