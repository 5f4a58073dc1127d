# The image as its users deploy it: images/IMAGE/docker-compose.yml, on docker or podman.

compose = ENGINE=$(call as_shell,$(ENGINE)) PORT=$(call as_shell,$(PORT)) VOLUMES=$(call as_shell,$(VOLUMES)) \
	mk/compose.sh
served := $(call host,compose) $(call oci_of,$(IMAGE))

## @ Running
run: $(served) ## APP=app.ts: serves the app from the image, in a container, until `make compose-down`
	$(quiet)$(compose) run $(IMAGE) $(call as_shell,$(APP))
compose-up: $(served) ## FOLDER=dir: serves the folder's manifest.json and app likewise
	$(quiet)$(compose) up $(IMAGE) $(call as_shell,$(FOLDER))
compose-down: ## ends what these two serve; VOLUMES=1: and removes the app's data
	$(quiet)$(compose) down $(IMAGE)
.PHONY: run compose-up compose-down
