# Locks name the inputs; the store has them, each under its digest.
#
#     debian.lock         `format 1`, `epoch SECONDS`, sorted `NAME VERSION ARCH SIZE SHA256 PATH-IN-POOL`; # comments
#     package-lock.json   npm's own, lockfileVersion 3, with integrity and without URLs
#     STORE/ALGO/HEX      an input, read-only; STORE/partial/ what has begun to arrive
#
# A recipe that reads the store depends on $(call fetched,LOCK), and calls `mk/store-fetch.sh --check` first so as not to
# take the content on trust.

locks := $(sort $(wildcard images/*/debian.lock images/*/*/debian.lock \
	images/*/npm/package-lock.json images/*/*/npm/package-lock.json))

# What only a test of its own uses: no image depends on it, and a bundle does not have it.
test_locks := $(sort $(wildcard tests/*/debian.lock))

fetched = build/fetched/$1.ok
fetched_locks := $(foreach lock,$(locks),$(call fetched,$(lock)))
fetched_test_locks := $(foreach lock,$(test_locks),$(call fetched,$(lock)))

# STORE is a variable of the shell in the commands that only read it, so that another place does not make another command.
export STORE MIRRORS BUNDLE DEB_MIRROR DEB_SECURITY_MIRROR NPM_REGISTRY FETCH_JOBS REGISTRY_CERTS REGISTRY_PLAIN
fetch_host := $(call host,image) $(if $(findstring docker://,$(BUNDLE) $(MIRRORS)),$(call host,registry))

# A store that was removed and made again is newer than what was said of it; one that is not there is asked every time.
store_since := $(or $(wildcard $(STORE)/.lock),$(if $(wildcard $(STORE)/sha*),,no-store-yet))
.PHONY: no-store-yet

verb_fetch = FETCH
cmd_fetch = mk/store-fetch.sh $(STORE) $< && touch $@
$(fetched_locks) $(fetched_test_locks): build/fetched/%.ok: % $(store_since) FORCE | $(fetch_host)
	$(call run,fetch)
$(call stamps,$(fetched_locks) $(fetched_test_locks))

bundle_list := build/builder/bundle.mtree

# The order of names is the tar's, so neither the locks' order nor the store's other content shows.
cmd_bundle_list = { echo "$(hash)mtree"; mk/lock-list.sh $(locks) | sort -u -k1,2 | while read -r algo hex _; do \
	echo "./$$algo/$$hex type=file uid=0 gid=0 mode=0444 time=$(epoch).0 contents=/store/$$algo/$$hex"; done; }

## @ Inputs
fetch: $(fetch_host) ## fetch every locked input into the store, and check what is there
	$(quiet)mk/store-fetch.sh --check $(STORE) $(locks) $(if $(BUNDLE),,$(test_locks))
bundle: $(fetched_locks) build/builder/bin/tar-normalize ## every locked input as one tar, BUNDLE_OUT: all a build needs
	$(quiet)mk/store-fetch.sh --check $(STORE) $(locks)
	$(quiet)$(cmd_bundle_list) >$(bundle_list)
	$(quiet)$(call say,BUNDLE,$(BUNDLE_OUT)) mkdir -p $(dir $(BUNDLE_OUT)); \
		$(SEALED) build/builder/bin/tar-normalize --epoch $(epoch) $(bundle_list) >$(BUNDLE_OUT).new && \
		mv $(BUNDLE_OUT).new $(BUNDLE_OUT)
lock: $(call host,lock) ## resolve every image's packages to current versions, and print what changed
	$(quiet)mk/lock-debian.sh $(patsubst %/debian.packages,%,$(sort $(wildcard images/*/debian.packages images/*/*/debian.packages tests/*/debian.packages)))
	$(quiet)for list in $(sort $(wildcard images/*/npm/package.json images/*/*/npm/package.json tests/*/npm/package.json)); do \
		mk/lock-npm.sh "$${list%/*}"; done
.PHONY: fetch bundle lock
