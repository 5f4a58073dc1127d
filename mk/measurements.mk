# layout -> build/measurements.json, by docs/schema/measurements-1.json.

measurements := build/measurements.json
verb_measure = MEASURE
list_measure = $(filter images/% workspace/% tools/% mk/%,$^)
cmd_measure = $(SEALED) mk/measurements.sh $(IMAGE) >$@.new && mv $@.new $@
$(measurements): $(call oci_of,$(IMAGE)) build/builder/bin/tar-normalize \
		$(sort $(shell find images/builder images/$(IMAGE) workspace tools mk -type f)) FORCE
	$(call run,measure)
$(call stamps,$(measurements))

## @ Building
measurements: $(measurements) ## what the image measures as, into build/measurements.json
	@echo $<
.PHONY: measurements
