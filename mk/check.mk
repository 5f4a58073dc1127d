# Everything that says yes or no about the project itself.
#
#     check         minutes: lint, every program and module, the images and their digests
#     check-heavy   sanitizers, fuzz replay, QEMU's own ACPI tables, end to end in containers, bad input, rebuilds under
#                   other circumstances; with -j its parts run side by side, since several use but one processor

# The largest first, which take longest as a rule, so that no processor waits for one that began last.
bats_of = $(shell ls -S $(wildcard $(addsuffix /*.bats,$1)))
fast_bats := $(call bats_of,tests/workspace/* tests/tools/* tests/mk tests/images)
heavy_bats := $(call bats_of,tests/end-to-end)
qemu_bats := $(call bats_of,tests/qemu)
differential_bats := $(call bats_of,tests/differential)
# Not again with sanitizers: what the worker's JavaScript does, in the workerd that app.bats and others start the same way, two
# programs that only tests have, and libraries that are built apart.
host_bats := $(addprefix tests/workspace/,kettle/worker.bats kettle/simulator.bats qvl/authority.bats qvl/library.bats tunnel/library.bats)
room_bats := $(filter-out $(host_bats),$(call bats_of,tests/workspace/* tests/tools/*))
# ASAN_PART=1/2 is every second of them from the first, 2/2 the others; they go by size, so parts weigh the same.
asan_bats = $(if $(ASAN_PART),$(shell printf '%s\n' $(room_bats) | \
	awk -v part=$(ASAN_PART) 'BEGIN { split(part, of, "/") } NR % of[2] == of[1] % of[2]'),$(room_bats))
tunnel_bats := $(call bats_of,tests/tunnel)

# What kettle needs beside it when it runs on the host: the same packages the image has, from the same locks, and what of
# kettle itself is not a program, where the image's files.mtree puts it.
runtime_locks := $(foreach layer,2-runtime 3-libraries,images/kettle-launcher/$(layer)/npm/package-lock.json)
RUNTIME := build/lib/runtime.ok
verb_runtime = UNPACK
cmd_runtime = mk/store-fetch.sh --check $(STORE) $(runtime_locks) && mk/runtime-unpack.sh $(STORE) $(runtime_locks) build/lib && touch $@
$(RUNTIME): $(foreach lock,$(runtime_locks),$(call fetched,$(lock))) mk/runtime-unpack.sh FORCE
	$(call run,runtime)
kettle_files := $(shell sed -n 's,^\./usr/\(lib/[^ ]*\) .*contents=,build/\1:,p' images/kettle-launcher/4-kettle/files.mtree)
host_kettle := $(foreach file,$(kettle_files),$(firstword $(subst :, ,$(file))))
$(foreach file,$(kettle_files),$(eval $(subst :,: ,$(file))))
$(host_kettle): $(RUNTIME)
	$(quiet)mkdir -p $(@D) && cp $(filter workspace/%,$^) $@
build/asan/lib/kettle build/asan/lib/node_modules: build/asan/lib/%: $(RUNTIME)
	$(quiet)mkdir -p $(@D) && ln -sfn ../../lib/$* $@
$(call stamps,$(RUNTIME))
host_runtime := $(RUNTIME) $(host_kettle)
tools: $(host_runtime)
asan_runtime := $(host_runtime) build/asan/lib/kettle build/asan/lib/node_modules

# The QEMU that ACPI tables are compared with, in a root of its own.
qemu_lock := tests/qemu/debian.lock
QEMU_ROOT := build/qemu.ok
verb_unpack_qemu = UNPACK
cmd_unpack_qemu = mk/store-fetch.sh --check "$$STORE" $(qemu_lock) && mk/builder-unpack.sh "$$STORE" $(qemu_lock) build/qemu && touch $@
$(QEMU_ROOT): $(qemu_lock) mk/builder-unpack.sh mk/lock-list.sh mk/lock-list.awk FORCE | $(call fetched,$(qemu_lock))
	$(call run,unpack_qemu)
$(call stamps,$(QEMU_ROOT))

composed := $(patsubst images/%/docker-compose.yml,%,$(wildcard images/*/docker-compose.yml))
everything := $(foreach image,$(images),$(call oci_of,$(image))) $(measurements)

## @ Checking
check: check-lint check-fast ## every test that takes minutes at most
	@:
check-lint: $(call host,check) $(host_programs) ## the tree against its own rules (docs/design.md)
	$(quiet)mk/lint.sh .
check-fast: $(call host,check) $(host_programs) $(host_tests) $(host_runtime) $(everything) ## the tests of programs, modules, and images
	$(quiet)JOBS=$${JOBS:-$$(($$(nproc) + 1))} mk/bats.sh $(fast_bats) # one more than processors, since some wait
check-heavy: repro check-asan check-end-to-end check-qemu check-differential check-tunnel check-fuzz ## sanitizers, fuzz replay, containers, rebuilds
	@:
check-end-to-end: $(call host,check-heavy) $(host_programs) $(host_tests) $(host_runtime) $(everything) release $(builder_programs) ## in containers, with bad input, interrupted
	$(quiet)mk/bats.sh $(heavy_bats)
check-qemu: $(call host,check-qemu) build/host/tests/tools/measure/acpi $(QEMU_ROOT) ## ACPI tables beside those of a real QEMU
	$(quiet)mk/bats.sh $(qemu_bats)
check-differential: $(call host,check-differential) $(addprefix build/host/tests/workspace/qvl/,authority verdict) ## quotes beside another verifier, from npm
	$(quiet)mk/bats.sh $(differential_bats)
check-tunnel: $(call host,check-tunnel) $(host_programs) $(addprefix build/host/tests/workspace/,qvl/authority kettle/agent tunnel/load) ## tunnels to and from another implementation, behind nginx, in Chromium
	$(quiet)mk/bats.sh $(tunnel_bats)
check-all: check check-heavy ## both
	@:
check-asan: $(call host,check) $(asan_programs) $(asan_tests) $(asan_runtime) ## the programs' tests under ASan and UBSan (ASAN_PART)
	$(quiet)BIN=$(CURDIR)/build/asan/bin TESTBIN=$(CURDIR)/build/asan/tests mk/bats.sh $(asan_bats)

# A fuzz target says in its first comment which vectors are its corpus: `corpus: vectors/tar`.
corpus_of = $(or $(shell sed -n "s,.*corpus: \([^ *]*\).*,\1,p" $1),$(error $1: names no corpus))
fuzz_target = $(or $(filter %/$(FUZZ).c,$(fuzz_files)),$(error FUZZ=$(FUZZ): choose one of $(notdir $(fuzz_files:.c=))))
check-fuzz: $(patsubst %.c,build/asan/%,$(fuzz_files)) ## fuzz targets over their corpus
	$(quiet)$(foreach f,$(fuzz_files),printf '  REPLAY   $f: '; build/asan/$(f:.c=) $(call corpus_of,$f);)
fuzz: $(if $(filter fuzz,$(goals)),build/fuzz/$(basename $(fuzz_target))) ## FUZZ=name TIME=60: search for new inputs with libFuzzer
	$(quiet)mkdir -p build/fuzz/found/$(FUZZ)
	$(quiet)build/fuzz/$(basename $(fuzz_target)) -max_total_time=$(TIME) -artifact_prefix=build/fuzz/found/ \
		build/fuzz/found/$(FUZZ) $(call corpus_of,$(fuzz_target))

repro: $(call host,check-heavy) $(everything) release $(host_programs) ## build again under other circumstances and compare every byte
	$(quiet)mk/repro.sh
bless: $(everything) ## record the digests of this state as the expected ones, after showing what changes
	$(quiet)for image in $(images); do \
		diff -u --label expected --label built vectors/release/$$image.json build/images/$$image/report.json || :; \
		cp build/images/$$image/report.json vectors/release/$$image.json; done
	$(quiet)$(foreach image,$(composed),sed -i "s,^\( *image: .*@\)sha256:[0-9a-f]*,\1$$($(call digest_of,$(image)))," \
		images/$(image)/docker-compose.yml;)
bench: $(call host,bench) $(host_programs) $(addprefix build/host/tests/workspace/,qvl/authority qvl/speed kettle/agent tunnel/load) $(builder_programs) $(fetched_locks) $(call oci_of,kettle-launcher) $(if $(filter verify,$(or $(BENCH),verify)),release) ## time and memory beside other tools (BENCH_RUNS, BENCH)
	$(quiet)mk/bench.sh $(STORE) $(BENCH_RUNS) $(BENCH)
.PHONY: check check-lint check-fast check-heavy check-end-to-end check-qemu check-differential check-tunnel check-all check-asan check-fuzz fuzz repro bless bench
