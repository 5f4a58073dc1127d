# Containers of a built image, in a podman of the test's own: nothing of it stays, and nothing of the host's is touched.
load ../helpers

IMAGES=$ROOT/build/images
export CONTAINERS_CONF=$BATS_FILE_TMPDIR/containers.conf
export CONTAINERS_STORAGE_CONF=$BATS_FILE_TMPDIR/storage.conf

# Settings that need neither systemd nor journald, nor an overlay file system.
podman_setup() {
	cat >"$CONTAINERS_CONF" <<-EOT
		[containers]
		default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
		log_driver = "k8s-file"
		[engine]
		runtime = "runc"
		cgroup_manager = "cgroupfs"
		events_logger = "none"
	EOT
	cat >"$CONTAINERS_STORAGE_CONF" <<-EOT
		[storage]
		driver = "vfs"
		graphroot = "$BATS_FILE_TMPDIR/graph"
		runroot = "$BATS_FILE_TMPDIR/run"
	EOT
	echo '{"default": [{"type": "insecureAcceptAnything"}]}' >"$BATS_FILE_TMPDIR/policy.json"
}

# Prints the ID of the image, which it has got from the layout.
pull() { # IMAGE
	podman pull --quiet --signature-policy "$BATS_FILE_TMPDIR/policy.json" "oci:$IMAGES/$1/oci"
}

podman_teardown() {
	podman rm --all --force --time 0 >/dev/null
	podman volume prune --force >/dev/null
	podman rmi --all --force >/dev/null
}
