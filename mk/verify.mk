# A release -> a verdict: signatures, locks, inputs, a rebuild, and every value compared (docs/verify.md).
#
# What is needed is known only on the way (a release names its image and where its inputs are), so mk/verify.sh calls make for the
# programs that judge, and once more, in a copy of these sources, for the rebuild.

to_verify = $(foreach name,RELEASE KEYS THRESHOLD REBUILDER_KEYS REBUILDERS OS_IMAGE REBUILD JSON,$(name)=$(call as_shell,$($(name))))

# What a release of one's own is made with, as arguments for another make.
rebuild_knobs = $(foreach name,IMAGE COMPRESSION REGISTRY DSTACK FORM KEY_PROVIDER DEPLOY_OPTIONS,$(call as_shell,$(name)=$($(name)))) \
	$(call as_shell,VM=$(abspath $(VM))) $(call as_shell,MANIFEST=$(abspath $(MANIFEST))) $(call as_shell,OS_IMAGE=$(abspath $(OS_IMAGE)))
# OUT is where `make pull` puts a release, unless it was said.
rebuild_out = $(if $(filter command line,$(origin OUT)),$(OUT))

## @ Verifying
verify: $(call host,verify) ## RELEASE=folder or registry/name@sha256:hex KEYS=folder: does it hold, and does a rebuild give the same
	+$(quiet)$(to_verify) mk/verify.sh
# The key's name may have a secret in it, so commands do not show it.
rebuild-statement: export SIGN_KEY = $(KEY)
rebuild-statement: $(call host,verify) $(if $(KEY),$(if $(key_is_uri),build/bin,build/builder/bin)/manifest-sign) ## KEY=file [RELEASE=...]: rebuild, and sign what came out, into build/release/rebuilds/ (or OUT)
	$(if $(KEY),,$(error KEY=file is wanted: what the statement is signed with))
	+$(quiet)$(to_verify) PASSPHRASE=$(call as_shell,$(PASSPHRASE)) mk/rebuild-statement.sh $(IMAGE) $(call as_shell,$(COMMIT)) $(call as_shell,$(rebuild_out)) \
		$(if $(key_is_uri),build/bin,build/builder/bin)/manifest-sign $(rebuild_knobs)
.PHONY: verify rebuild-statement
