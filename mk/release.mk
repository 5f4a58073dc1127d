# measurements -> build/release/: what is published about an image, signed (docs/release.md).
#
# It is made anew whenever it is asked for, of the same bytes from the same sources, and takes the old one's place when it is
# whole. A key in a file is used in the build root; what a provider has (pkcs11:…) only the host's programs can use.

RELEASE_FOLDER := build/release
release_new := build/builder/release
key_is_file := $(wildcard $(KEY))
key_is_uri := $(if $(key_is_file),,$(findstring :,$(KEY)))
$(if $(KEY),$(if $(key_is_file)$(key_is_uri),,$(error KEY=$(KEY): no such file)))
$(if $(PASSPHRASE),$(if $(wildcard $(PASSPHRASE)),,$(error PASSPHRASE=$(PASSPHRASE): no such file)))

as_json = "$(subst ",\",$(subst \,\\,$1))"
release_parameters = {"image":$(call as_json,$(IMAGE)),"compression":"$(COMPRESSION)","registry":$(call as_json,$(REGISTRY)),"dstack":$(call as_json,$(DSTACK)),"form":$(call as_json,$(FORM)),"deploy_options":$(call as_json,$(DEPLOY_OPTIONS)),"key_provider":$(call as_json,$(KEY_PROVIDER))}
sign_release = mk/release-sign.sh $(release_new) $1 $2 $(if $(PASSPHRASE),$3,'') $(IMAGE) $(call as_shell,$(REGISTRY)) $(VERSION) "$$commit"

## @ Releasing
# The key's name may have a secret in it, so commands do not show it.
release: export SIGN_KEY = $(KEY)
release: $(measurements) $(if $(KEY),$(if $(key_is_uri),build/bin,build/builder/bin)/manifest-sign) ## KEY=file: what is published about the image, into build/release/ (PASSPHRASE, COMMIT)
	$(quiet)commit=$$(mk/release-commit.sh $(call as_shell,$(COMMIT))); $(call say,RELEASE,$(RELEASE_FOLDER)) \
	SEALED_OS_IMAGE=$(call as_shell,$(OS_IMAGE)) $(SEALED) mk/release.sh $(release_new) $(call as_shell,$(release_parameters)) "$$commit" \
		$(VERSION) <$(measurements); \
	$(if $(key_is_uri),$(call sign_release,build/bin/manifest-sign,"$$SIGN_KEY",$(call as_shell,$(PASSPHRASE)));) \
	$(if $(key_is_file),SEALED_KEY="$$SIGN_KEY" SEALED_PASSPHRASE=$(call as_shell,$(PASSPHRASE)) $(SEALED) $(call sign_release,build/builder/bin/manifest-sign,key,passphrase);) \
	mk/release-place.sh $(release_new) $(RELEASE_FOLDER); \
	printf '%s  %s\n' "$$($(call digest_of,$(IMAGE)))" $(RELEASE_FOLDER); \
	$(if $(KEY),:,echo 'release: nothing is signed; KEY=file signs it' >&2)
.PHONY: release
