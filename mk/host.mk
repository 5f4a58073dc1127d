# What the host lends, and nothing more. A list is checked once for what it says and installed when that is allowed.
#
# Each word is COMMAND or FILE, then '=', then the Debian package that has it. With a '?' in front it is installed where
# that is possible, and done without where not: root can enter the build root without bubblewrap.

host_image := curl=curl tar=tar xz=xz-utils ar=binutils flock=util-linux awk=mawk sha256sum=coreutils \
	$(if $(filter 0,$(shell id -u)),unshare=util-linux ?bwrap=bubblewrap,bwrap=bubblewrap)
host_lock := apt-get=apt gpgv=gpgv npm=npm
host_tools := gcc=gcc ar=binutils $(foreach h,archive.h=libarchive-dev openssl/evp.h=libssl-dev libdeflate.h=libdeflate-dev \
	zstd.h=libzstd-dev zlib.h=zlib1g-dev jv.h=libjq-dev libwebsockets.h=libwebsockets-dev sodium.h=libsodium-dev cbor.h=libcbor-dev,/usr/include/$h)
host_check := $(host_tools) bats=bats jq=jq skopeo=skopeo bsdtar=libarchive-tools mandoc=mandoc zstd=zstd xz=xz-utils \
	openssl=openssl shellcheck=shellcheck git=git dpkg-deb=dpkg umoci=umoci bzip2=bzip2 lz4=lz4 curl=curl perl=perl-base socat=socat \
	script=bsdutils setpriv=util-linux shasum=perl pesign=pesign osslsigncode=osslsigncode iasl=acpica-tools tpm2_eventlog=tpm2-tools iconv=libc-bin \
	qemu-system-x86_64=qemu-system-x86 /usr/share/ovmf/OVMF.fd=ovmf python3=python3 node=nodejs xxd=xxd zip=zip pkg-config=pkgconf docker-registry=docker-registry htpasswd=apache2-utils \
	/usr/lib/python3/dist-packages/debian=python3-debian \
	/usr/share/doc/libyaml-libyaml-perl=libyaml-libyaml-perl $(if $(filter 0,$(shell id -u)),setcap=libcap2-bin)
host_check-heavy := $(host_check) podman=podman podman-compose=podman-compose /usr/lib/cni/bridge=containernetworking-plugins \
	iptables=iptables runc=runc bwrap=bubblewrap disorderfs=disorderfs \
	fusermount3=fuse3 faketime=faketime debootstrap=debootstrap localedef=libc-bin /usr/share/i18n/locales/tr_TR=locales swtpm=swtpm swtpm_setup=swtpm-tools \
	busybox=busybox-static cpio=cpio
host_check-qemu := $(host_tools) bats=bats perl=perl-base bwrap=bubblewrap
host_check-differential := $(host_tools) $(host_image) bats=bats jq=jq node=nodejs
host_check-tunnel := $(host_tools) $(host_image) bats=bats jq=jq node=nodejs nginx=nginx chromium=chromium
host_compose := skopeo=skopeo
host_registry := $(host_image) skopeo=skopeo jq=jq
host_verify := $(host_image) jq=jq
host_bench := $(host_tools) xz=xz-utils jq=jq pigz=pigz umoci=umoci buildah=buildah skopeo=skopeo /usr/bin/time=time node=nodejs \
	shasum=perl wrk=wrk diffoscope=diffoscope-minimal podman=podman runc=runc openssl=openssl /usr/share/ovmf/OVMF.fd=ovmf
host_fuzz := $(host_tools) clang=clang $(if $(wildcard /usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-x86_64.a),,libclang_rt.fuzzer=libclang-rt-dev)

host = build/host/$1.ok
build/host/%.ok: mk/host.mk mk/host-need.sh
	$(quiet)mkdir -p $(@D) && mk/host-need.sh $(host_$*) && touch $@
