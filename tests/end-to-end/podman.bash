# Containers of a built image, in a podman of the test's own: nothing of it stays, and nothing of the host's is touched.
load ../helpers

IMAGES=$ROOT/build/images
export CONTAINERS_CONF=$BATS_FILE_TMPDIR/containers.conf
export CONTAINERS_STORAGE_CONF=$BATS_FILE_TMPDIR/storage.conf
export DISABLE_HC_SYSTEMD=true # a test asks for health when it wants to know

# Settings that need neither systemd nor journald, and networks that are the tests' own: in one folder for all, so that files which run side by
# side get addresses and bridges of their own.
podman_setup() {
	local driver
	cat >"$CONTAINERS_CONF" <<-EOT
		[containers]
		default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
		log_driver = "k8s-file"
		[engine]
		runtime = "runc"
		cgroup_manager = "cgroupfs"
		events_logger = "none"
		[network]
		network_config_dir = "${TMPDIR:-/tmp}/kettle-dstack.networks"
	EOT
	# Overlay is several times as fast; not every file system that tests run on can be below one.
	for driver in overlay vfs; do
		cat >"$CONTAINERS_STORAGE_CONF" <<-EOT
			[storage]
			driver = "$driver"
			graphroot = "$BATS_FILE_TMPDIR/graph-$driver"
			runroot = "$BATS_FILE_TMPDIR/run-$driver"
		EOT
		! podman info >/dev/null 2>&1 || break
	done
	echo '{"default": [{"type": "insecureAcceptAnything"}]}' >"$BATS_FILE_TMPDIR/policy.json"
}

# Prints the ID of the image, which it has got from the layout.
pull() { # IMAGE
	podman pull --quiet --signature-policy "$BATS_FILE_TMPDIR/policy.json" "oci:$IMAGES/$1/oci"
}

# Of a project, which is gone otherwise. podman leaves what its addresses were.
network_clear() { # PROJECT
	podman network rm --force "$1_default" >/dev/null 2>&1 || true
	rm -rf "/var/lib/cni/networks/$1_default"
}

podman_teardown() {
	podman rm --all --force --time 0 >/dev/null
	podman volume prune --force >/dev/null
	podman rmi --all --force >/dev/null
}
