# The locked build root, and the one wrapper that runs a command inside it.
#
# SEALED COMMAND... runs COMMAND at /src, where the tree stands at the same relative paths as outside: workspace/, tools/,
# images/ and mk/ read-only, build/builder/, build/images/, build/deploy/ and build/release/ writable, the store read-only at
# /store. Nothing else of the host is there: no network, no environment, no other file. What a command needs besides is shown
# read-only when it is named in front: SEALED_OS_IMAGE=DIR as os-image, SEALED_KEY=FILE as key, SEALED_KEYS=DIR as keys,
# SEALED_PASSPHRASE=FILE as passphrase, SEALED_RELEASE=DIR as release, SEALED_REBUILDER_KEYS=DIR as rebuilder-keys,
# SEALED_VERIFY=DIR as verify.

builder_lock := images/builder/debian.lock
BUILD_ROOT := build/root.ok
export BUILDER
unexport SEALED_OS_IMAGE SEALED_KEY SEALED_KEYS SEALED_PASSPHRASE SEALED_RELEASE SEALED_REBUILDER_KEYS SEALED_VERIFY
SEALED = mk/builder-run.sh "$$STORE"

# SOURCE_DATE_EPOCH: the date of the archive when the lock was made.
epoch := $(patsubst epoch|%,%,$(filter epoch|%,$(subst epoch ,epoch|,$(file <$(builder_lock)))))
$(if $(epoch)$(filter lock help,$(goals)),,$(error $(builder_lock): no epoch line; restore it or run make lock))

verb_unpack = UNPACK
cmd_unpack = mk/store-fetch.sh --check "$$STORE" $(builder_lock) && mk/builder-unpack.sh "$$STORE" $(builder_lock) build/root && touch $@
$(BUILD_ROOT): $(builder_lock) mk/builder-unpack.sh mk/lock-list.sh mk/lock-list.awk FORCE | $(call fetched,$(builder_lock))
	$(call run,unpack)
$(call stamps,$(BUILD_ROOT))

## @ Building
builder: $(BUILD_ROOT) ## the build root alone
	@:
builder-shell: $(BUILD_ROOT) ## a shell in the build root, to look around
	@$(SEALED) bash --norc -i
.PHONY: builder builder-shell
