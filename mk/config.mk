# Knobs and their defaults. Your own values go into config.local.mk or onto the command line, not here.
-include config.local.mk

VERSION := 0.1.0

# Which image the targets that take one mean.
IMAGE ?= kettle-launcher

# Where locked inputs are kept, each under its digest. May be shared between trees.
STORE ?= build/store

# Base URLs or folders asked before the host's archive, by digest (sha256/HEX) and by pool path.
MIRRORS ?=

# A file made by `make bundle`, or docker://REGISTRY/NAME@sha256:HEX of an image that was pushed with its inputs. With it nothing
# is fetched from anywhere else. (MIRRORS may name such images, too.)
BUNDLE ?=
$(if $(filter-out docker://%,$(BUNDLE)),$(if $(wildcard $(BUNDLE)),,$(error BUNDLE=$(BUNDLE): no such file)))

# Where `make bundle` writes.
BUNDLE_OUT ?= build/bundle.tar

# Base URLs of the archives; empty: read from the host's apt and npm configuration.
DEB_MIRROR ?=
DEB_SECURITY_MIRROR ?=
NPM_REGISTRY ?=

# Downloads at once.
FETCH_JOBS ?= 8

# How the build root is entered: auto takes bubblewrap when it is there, chroot insists on a chroot (root only).
BUILDER ?= auto
$(if $(filter auto chroot,$(BUILDER)),,$(error BUILDER=$(BUILDER): auto or chroot))

# How layers are compressed: gzip, zstd or none. It changes the image's digest, so the environment does not set it.
COMPRESSION := gzip
$(if $(filter gzip zstd none,$(COMPRESSION)),,$(error COMPRESSION=$(COMPRESSION): gzip, zstd or none))

# What `make run` and `make compose-up` serve: an app, or a folder with manifest.json and an app; and at which port.
APP ?= workspace/kettle/example/app.ts
FOLDER ?= workspace/kettle/example
PORT ?= 3001

# What `make measurements` predicts registers for: an OS image of dstack (the folder with metadata.json), shapes of VMs
# (dstack's VmConfig as JSON; by default those of the image's deploy/), and the release of dstack.
OS_IMAGE ?=
$(if $(OS_IMAGE),$(if $(wildcard $(OS_IMAGE)/.),,$(error OS_IMAGE=$(OS_IMAGE): no such folder)))
VM ?= $(sort $(wildcard images/$(IMAGE)/deploy/*.json))
$(foreach file,$(VM),$(if $(wildcard $(file)),,$(error VM=$(file): no such file)))
DSTACK ?= 0.5.11

# What `make deploy` makes an app-compose of: a manifest that `kettle publish` wrote (none: KETTLE_MANIFEST is given from
# outside), the registry the VM gets the image from, the form of the text (vmm-cli, sdk or phala), the key provider as
# the log will name it (JSON; none: not known), and further options of compose-digest --make.
MANIFEST ?=
$(if $(MANIFEST),$(if $(wildcard $(MANIFEST)),,$(error MANIFEST=$(MANIFEST): no such file)))
REGISTRY ?= localhost
FORM ?= vmm-cli
KEY_PROVIDER ?=
DEPLOY_OPTIONS ?= --no-instance-id --secure-time

# What `make release` and `make rebuild-statement` sign with: a private key as PEM, or a URI of an OpenSSL provider (pkcs11:…);
# none: nothing is signed. PASSPHRASE is the file that has its passphrase; none: it is asked for. COMMIT is what the
# release says it was made from; by default what git says, if nothing is changed.
KEY ?=
PASSPHRASE ?=
COMMIT :=

# What `make verify` judges and `make pull` fetches: a release's folder, or REGISTRY/NAME@sha256:HEX. KEYS is a folder of public
# keys, of which THRESHOLD have to agree; REBUILDER_KEYS are those of trusted rebuilders (none: KEYS), of whom REBUILDERS have to
# say that they got the same. REBUILD=no judges without building; JSON=1 prints the verdict for programs.
RELEASE :=
KEYS :=
THRESHOLD := 1
REBUILDER_KEYS :=
REBUILDERS := 0
REBUILD := yes
$(if $(filter yes no,$(REBUILD)),,$(error REBUILD=$(REBUILD): yes or no))
JSON :=

# How a registry is reached: the folder with its CA (*.crt) and a client's certificate (NAME.cert, NAME.key), none: as
# containers-certs.d(5) says; PLAIN=1 for one without TLS. Who pulls and pushes is what `skopeo login` left (REGISTRY_AUTH_FILE).
# `make push` replaces nothing that is there already and differs, but with MOVE=1. OUT is where `make pull` puts the release.
REGISTRY_CERTS ?=
$(if $(REGISTRY_CERTS),$(if $(wildcard $(REGISTRY_CERTS)/.),,$(error REGISTRY_CERTS=$(REGISTRY_CERTS): no such folder)))
REGISTRY_PLAIN ?=
$(if $(filter-out 1,$(REGISTRY_PLAIN)),$(error REGISTRY_PLAIN=$(REGISTRY_PLAIN): 1 or nothing))
MOVE := 0
OUT := build/pulled

# docker or podman; empty: the first that works. VOLUMES=1: `make compose-down` removes the app's data too.
ENGINE ?=
VOLUMES ?= 0

# Which part of its files `make check-asan` runs: 1/2 or 2/2; empty: all.
ASAN_PART ?=
$(if $(filter-out %/2,$(ASAN_PART)),$(error ASAN_PART=$(ASAN_PART): 1/2, 2/2 or nothing))

# Which fuzz target `make fuzz` runs, and for how many seconds.
FUZZ ?=
TIME ?= 60

# How often `make bench` runs each command, and which sections (layer layout levels make predict diff verify
# quote start load tunnel; empty: all).
BENCH_RUNS ?= 5
BENCH ?=

# 1 shows commands, 2 says why each one runs.
V ?= 0

# The host's compiler, for development and tests. What goes into an image is compiled in the build root.
CC := $(if $(filter default,$(origin CC)),gcc,$(CC))
