#!/bin/bash
# builder-run.sh STORE COMMAND...: runs a command in the build root (mk/builder.mk says what it sees there).
#
# bubblewrap when it is there, else chroot in namespaces of its own, which only root may make. Both give the same view.
set -euo pipefail
store=$1
shift
root=build/root
umask 022
mkdir -p build/images build/builder build/deploy build/release

while read -r key value _; do
	[ "$key" != epoch ] || break
done <images/builder/debian.lock
environment=(PATH=/usr/bin HOME=/tmp USER=root LOGNAME=root LC_ALL=C.UTF-8 TZ=UTC "SOURCE_DATE_EPOCH=$value")
read_only=(workspace tools images mk)
writable=(build/builder build/images build/deploy build/release)
shown=() # NAME=PATH: a folder or file of the host, shown read-only as NAME
[ -z "${SEALED_OS_IMAGE:-}" ] || shown+=("os-image=$SEALED_OS_IMAGE")
[ -z "${SEALED_KEY:-}" ] || shown+=("key=$SEALED_KEY")
[ -z "${SEALED_KEYS:-}" ] || shown+=("keys=$SEALED_KEYS")
[ -z "${SEALED_PASSPHRASE:-}" ] || shown+=("passphrase=$SEALED_PASSPHRASE")
[ -z "${SEALED_RELEASE:-}" ] || shown+=("release=$SEALED_RELEASE")
[ -z "${SEALED_REBUILDER_KEYS:-}" ] || shown+=("rebuilder-keys=$SEALED_REBUILDER_KEYS")
[ -z "${SEALED_VERIFY:-}" ] || shown+=("verify=$SEALED_VERIFY")

in_bubblewrap() {
	local arguments=(--die-with-parent --unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup-try
		--hostname builder --ro-bind "$root" / --proc /proc --dev /dev --tmpfs /tmp --tmpfs /src --chdir /src)
	[ "$(id -u)" -eq 0 ] || arguments+=(--unshare-user --uid 0 --gid 0)
	local it set=()
	for it in "${environment[@]}"; do set+=(--setenv "${it%%=*}" "${it#*=}"); done
	for it in "${read_only[@]}"; do arguments+=(--ro-bind "$it" "/src/$it"); done
	for it in "${writable[@]}"; do arguments+=(--bind "$it" "/src/$it"); done
	for it in "${shown[@]}"; do arguments+=(--ro-bind "${it#*=}" "/src/${it%%=*}"); done
	exec bwrap "${arguments[@]}" --ro-bind "$store" /store --clearenv "${set[@]}" -- "$@"
}

in_chroot() {
	local chroot
	shown_text=$(printf '%s\n' "${shown[@]}")
	chroot=$(PATH=$PATH:/usr/sbin:/sbin command -v chroot)
	export chroot root store shown_text environment_text="${environment[*]}" read_only_text="${read_only[*]}" writable_text="${writable[*]}"
	# shellcheck disable=SC2016 # the inner shell expands it, in its own namespaces
	exec unshare --mount --net --ipc --uts --pid --fork --kill-child bash -euc '
		mount --bind "$root" "$root"
		mount -o remount,bind,ro "$root"
		mount -t proc proc "$root/proc"
		mount -t tmpfs tmpfs "$root/tmp"
		mount -t tmpfs tmpfs "$root/src"
		mount -t tmpfs tmpfs "$root/dev"
		for it in null zero full random urandom; do : >"$root/dev/$it"; mount --bind "/dev/$it" "$root/dev/$it"; done
		ln -s /proc/self/fd "$root/dev/fd"
		for it in $read_only_text $writable_text; do mkdir -p "$root/src/$it"; mount --bind "$it" "$root/src/$it"; done
		for it in $read_only_text; do mount -o remount,bind,ro "$root/src/$it"; done
		while IFS= read -r it; do
			[ -n "$it" ] || continue
			at=$root/src/${it%%=*}
			if [ -d "${it#*=}" ]; then mkdir "$at"; else : >"$at"; fi
			mount --bind "${it#*=}" "$at"
			mount -o remount,bind,ro "$at"
		done <<<"$shown_text"
		mount --bind "$store" "$root/store"
		mount -o remount,bind,ro "$root/store"
		echo builder >/proc/sys/kernel/hostname
		exec env -i $environment_text "$chroot" "$root" bash -c '\''cd /src && exec "$@"'\'' bash "$@"' bash "$@"
}

if command -v bwrap >/dev/null && [ "${BUILDER:-}" != chroot ]; then
	in_bubblewrap "$@"
elif [ "$(id -u)" -eq 0 ]; then
	in_chroot "$@"
else
	echo "builder: neither bubblewrap nor root: cannot enter the build root; install it with: sudo apt-get install bubblewrap" >&2
	exit 71
fi
