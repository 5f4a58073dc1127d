# layout + deployment + OS image -> build/measurements.json, by docs/schema/measurements-1.json; and what is made of it.
#
#     build/deploy/     what is given to dstack: docker-compose.yml with the image by digest, app-compose.json, and
#                       expected.json, which is build/measurements.json of that deployment

measurements := build/measurements.json
deployment := build/deploy
deploy_template := $(wildcard images/$(IMAGE)/deploy/docker-compose.yml)

verb_deployment = DEPLOY
cmd_deployment = rm -rf $(deployment) && mkdir -p $(deployment) && $(if $(MANIFEST),cp $(call as_shell,$(MANIFEST)) $(deployment)/manifest.json &&) \
	$(SEALED) mk/deploy.sh $(IMAGE) $(REGISTRY)/$(IMAGE)@$$($(call digest_of,$(IMAGE))) $(if $(MANIFEST),$(deployment)/manifest.json $(call as_shell,$(MANIFEST))) \
	>$(deployment)/docker-compose.yml && $(SEALED) build/builder/bin/compose-digest --make $(deployment)/docker-compose.yml \
	--form $(FORM) --name $(IMAGE) $(if $(MANIFEST),,--allowed-env KETTLE_MANIFEST) $(DEPLOY_OPTIONS) >$@.new && mv $@.new $@
$(deployment)/app-compose.json: $(deploy_template) $(MANIFEST) $(call oci_of,$(IMAGE)) build/builder/bin/compose-digest mk/deploy.sh FORCE
	$(call run,deployment)

verb_measure = MEASURE
list_measure = $(filter images/% workspace/% tools/% mk/%,$^) $(OS_IMAGE)
cmd_measure = rm -rf $(deployment)/vm && mkdir -p $(deployment)/vm $(foreach file,$(VM),&& cp $(call as_shell,$(file)) $(deployment)/vm/) && \
	SEALED_OS_IMAGE=$(call as_shell,$(OS_IMAGE)) $(SEALED) mk/measurements.sh $(IMAGE) $(DSTACK) $(call as_shell,$(KEY_PROVIDER)) >$@.new && mv $@.new $@
measuring := $(addprefix build/builder/bin/,tar-normalize compose-digest rtmr3-predict tdx-predict)
$(measurements): $(call oci_of,$(IMAGE)) $(if $(deploy_template),$(deployment)/app-compose.json) $(measuring) $(VM) \
		$(if $(OS_IMAGE),$(sort $(wildcard $(OS_IMAGE)/*))) \
		$(sort $(shell find images/builder images/$(IMAGE) workspace tools mk -type f)) FORCE
	$(call run,measure)
$(call stamps,$(measurements) $(deployment)/app-compose.json)

## @ Measuring
measurements: $(measurements) ## what the image measures as, into build/measurements.json (OS_IMAGE, VM, DSTACK)
	@$(SEALED) jq -r -f mk/registers.jq <$<
notes: $(measurements) ## release notes of it, as Markdown
	@$(SEALED) jq -r -f mk/notes.jq <$<
deploy: $(measurements) ## MANIFEST=file: the folder to give to dstack, into build/deploy/ (REGISTRY, FORM, KEY_PROVIDER, DEPLOY_OPTIONS)
	$(if $(deploy_template),,$(error IMAGE=$(IMAGE): there is no images/$(IMAGE)/deploy/docker-compose.yml))
	$(quiet)cp $(measurements) $(deployment)/expected.json
	@$(SEALED) jq -r -f mk/deploy.jq <$<
.PHONY: measurements notes deploy
