# layers -> OCI layout, for every images/NAME.
#
# An image is images/NAME/image.json and one folder a layer, NUMBER-NAME, lowest first. What a layer holds is what is in
# its folder: debian.lock (packages), npm/package-lock.json (packages), files.mtree (single files, with owner and mode;
# contents= names a file of the tree or a program of build/builder/bin), filter (what to leave out of the packages).

images := $(patsubst images/%/image.json,%,$(sort $(wildcard images/*/image.json)))
layers_of = $(patsubst %/,%,$(sort $(wildcard images/$1/[0-9]*-*/)))
layer_tars = $(patsubst images/$1/%,build/images/$1/layers/%.tar,$(call layers_of,$1))
locks_in = $(filter $1/%,$(locks))
contents_named = $(shell sed -n 's/.*contents=\([^ ]*\).*/\1/p' $1/files.mtree 2>/dev/null)
contents_of = $(foreach file,$(contents_named),$(if $(filter /%,$(file)),$(error $1/files.mtree: $(file): contents= starts at the project's root, without a slash),$(file)))
oci_of = build/images/$1/oci/index.json

verb_layer = LAYER
cmd_layer = $(if $(layer_locks),mk/store-fetch.sh --check "$$STORE" $(layer_locks) &&) $(SEALED) mk/layer.sh $(layer) $@ $(epoch)
list_layer = $(filter images/%,$^)
define layer_rule
build/images/$1/layers/$(notdir $2).tar: private layer := $2
build/images/$1/layers/$(notdir $2).tar: private layer_locks := $(call locks_in,$2)
build/images/$1/layers/$(notdir $2).tar: $(sort $(shell find $2 -type f) $(call contents_of,$2)) \
		mk/layer.sh mk/lock-list.sh mk/lock-list.awk build/builder/bin/tar-normalize $(BUILD_ROOT) FORCE \
		| $(foreach lock,$(call locks_in,$2),$(call fetched,$(lock)))
	$$(call run,layer)
endef

verb_assemble = IMAGE
cmd_assemble = $(SEALED) build/builder/bin/image-assemble -o $(@D) --epoch $(epoch) --compression $(COMPRESSION) \
	--report $(@D:oci=report.json) --cache build/images/.blobs $(filter %/image.json,$^) $(filter %.tar,$^)
define image_rule
$(if $(filter $(IMAGE),$1),$(if $(call layers_of,$1),,$(error images/$1: no layer: a folder NUMBER-NAME is wanted; see docs/images.md)))
$(foreach layer,$(call layers_of,$1),$(eval $(call layer_rule,$1,$(layer))))
$(call oci_of,$1): images/$1/image.json $(call layer_tars,$1) build/builder/bin/image-assemble FORCE
	$$(call run,assemble)
$$(call stamps,$(call layer_tars,$1) $(call oci_of,$1))
endef
$(foreach image,$(images),$(eval $(call image_rule,$(image))))

digest_of = sed -n 's/.*"digest":"\(sha256:[0-9a-f]*\)".*/\1/p' $(call oci_of,$1)

## @ Building
image: $(call oci_of,$(IMAGE)) ## the image IMAGE as an OCI layout in build/images/IMAGE/oci
	@printf '%s  %s\n' "$$($(call digest_of,$(IMAGE)))" build/images/$(IMAGE)/oci
images: $(foreach image,$(images),$(call oci_of,$(image))) ## every image under images/
	@:
digest: $(call oci_of,$(IMAGE)) ## the digest of the image's manifest, alone on a line
	@printf '%s\n' "$$($(call digest_of,$(IMAGE)))"
.PHONY: image images digest

ifeq ($(filter $(IMAGE),$(images)),)
$(error IMAGE=$(IMAGE): there is no images/$(IMAGE)/image.json; there are: $(images))
endif
