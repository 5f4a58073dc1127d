# build/measurements.json against its schema, by a validator that other people wrote. It comes from npm by its own lock,
# through the store, like every input.
load clone

setup_file() { npm_packages "$BATS_FILE_TMPDIR"; }

setup() { cd "$BATS_TEST_TMPDIR" || return; }

# The document with one thing changed by jq is refused, with a message about it.
refused() { # CHANGE MESSAGE
	jq "$1" "$ROOT/build/measurements.json" >changed.json
	expect 1 validate changed.json
	[[ $output == *"$2"* ]]
}

@test "measurements.json holds" {
	expect 0 validate "$ROOT/build/measurements.json"
	same '' "$output$stderr"
}

@test "the schema refuses what is missing, misspelt, of another form or more" {
	refused 'del(.image.manifest.sha384)' "/image/manifest: must have required property 'sha384'"
	refused '.image.manifest.sha256 |= ascii_upcase' '/image/manifest/sha256: must match pattern'
	refused '.schema = "kettle-dstack/measurements/2"' '/schema: must be equal to constant'
	refused '.inputs.commit = "x"' '/inputs: must NOT have additional properties'
	refused '.application[0].size = 1.5' '/application/0/size: must be integer'
	refused '.application = []' '/application: must NOT have fewer than 1 items'
	refused '.image.layers[0].blob.size = -1' '/image/layers/0/blob/size: must be >= 0'
	refused 'del(.tdx)' "must have required property 'tdx'"
}
