# layout -> build/measurements.json, by docs/schema/measurements-1.json.

measurements := build/measurements.json
verb_measure = MEASURE
cmd_measure = $(SEALED) mk/measurements.sh $(IMAGE) >$@.new && mv $@.new $@
$(measurements): $(call oci_of,$(IMAGE)) build/builder/bin/tar-normalize mk/measurements.sh mk/measurements.jq \
		$(sort $(shell find images/builder images/$(IMAGE) workspace tools -type f)) FORCE
	$(call run,measure)
$(call stamps,$(measurements))

## @ Building
measurements: $(measurements) ## what the image measures as, into build/measurements.json
	@echo $<
.PHONY: measurements
