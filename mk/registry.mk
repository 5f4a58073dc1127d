# build/release/ <-> a registry: the image by its manifest, all else as OCI referrers of it (docs/registry.md).
#
# What is pushed is the folder as it is: nothing is built or signed again on the way.

push_folder := $(or $(RELEASE),build/release)

push: $(call host,registry) ## REGISTRY=host[:port][/path]: build/release (or the folder RELEASE) into a registry (REGISTRY_CERTS, MOVE)
	$(quiet)MOVE=$(MOVE) mk/registry-push.sh $(call as_shell,$(push_folder)) $(call as_shell,$(REGISTRY)/$(IMAGE)) $(VERSION) $(STORE)
pull: $(call host,registry) ## RELEASE=registry/name@sha256:hex: that release, into the folder OUT
	$(if $(RELEASE),,$(error RELEASE=REGISTRY/NAME@sha256:HEX is wanted: what is to be pulled))
	$(quiet)mkdir -p $(call as_shell,$(dir $(OUT)))
	$(quiet)mk/registry-pull.sh $(call as_shell,$(RELEASE)) $(call as_shell,$(OUT:/=))
	$(quiet)$(call say,PULL,$(OUT:/=)):
.PHONY: push pull
