# `make repro` compares, so it must be able to say no. What image-diff says of a layout is tested with it.
load clone

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

@test "a rebuild that gives other bytes than the tree has: the file is named, and the status is 1" {
	[ "$(id -u)" -eq 0 ] || skip "needs root, as make repro does"
	warm_clone tree
	cp -a "$ROOT/build/release" tree/build/
	echo '// one line more' >>tree/workspace/kettle/entry.js
	cd tree
	expect 1 mk/repro.sh chroot
	[[ $output == *"repro: kettle-launcher: first difference: layer 4 (4-kettle): usr/lib/kettle/entry.js: "* ]]
	[[ $output == *"layer 4 (4-kettle): usr/lib/kettle/entry.js: content: from byte $(stat -c %s "$ROOT/workspace/kettle/entry.js") "* ]]
	[[ $output == *"repro: kettle-launcher: manifest: .layers[3].digest: "*' (follows)'* ]]
	[[ $output == *"repro: measurements.json: "* ]]
	[[ $output == *"repro: release: rebuilt-image "* ]]
	[[ $output == *"chroot: NOT the same"* ]]
	one_line "$stderr" 'repro: 1 of 1 rebuilds differ'
}

@test "without a release there is nothing to compare with" {
	[ "$(id -u)" -eq 0 ] || skip "needs root, as make repro does"
	clone none
	cd none
	expect 71 mk/repro.sh chroot
	one_line "$stderr" 'repro: there is no build/release to compare with; make release'
}

@test "a host that lacks what a rebuild needs is told by name, and nothing is skipped" {
	[ "$(id -u)" -eq 0 ] || skip "needs root, as make repro does"
	mkdir few
	for it in bash env id realpath; do ln -s "$(command -v $it)" few/; done
	cd "$ROOT"
	expect 71 env PATH="$BATS_TEST_TMPDIR/few" mk/repro.sh
	one_line "$stderr" 'repro: the host lacks: setpriv '
}
