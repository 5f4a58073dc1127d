# Loaded by tests that need a real kernel, after the general helpers: Debian's for the cloud, unpacked and not installed.
# shellcheck shell=bash

# debian_kernel: $KERNEL is its file. It is kept in build/, by the name of its package, for the next test.
debian_kernel() {
	local cache=$ROOT/build/tests/kernel package
	need apt-get apt-cache dpkg-deb tar
	package=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null |
		sed -n 's/^ *Depends: \(linux-image-.*-cloud-amd64\)$/\1/p' | head -n 1)
	[ -n "$package" ] || skip "needs Debian's linux-image-cloud-amd64 in apt's lists"
	KERNEL=$cache/$package
	[ ! -e "$KERNEL" ] || return 0
	mkdir -p "$cache" "$BATS_TEST_TMPDIR/kernel"
	(
		cd "$BATS_TEST_TMPDIR/kernel"
		apt-get download "$package" >log 2>&1
	) || skip "needs Debian's archive: apt-get cannot download $package"
	dpkg-deb --fsys-tarfile "$BATS_TEST_TMPDIR"/kernel/*.deb | tar -C "$BATS_TEST_TMPDIR/kernel" -xf - ./boot
	cp "$BATS_TEST_TMPDIR"/kernel/boot/vmlinuz-* "$KERNEL.new.$$"
	mv "$KERNEL.new.$$" "$KERNEL"
}
