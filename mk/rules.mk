# The only clever file. Prologue, quiet verbs, command stamps.
#
# A rule that runs a command worth repeating when it changes is written
#
#     verb_NAME = VERB
#     cmd_NAME  = one line of shell, using $@ $< $^
#     TARGET: PREREQUISITES FORCE
#     	$(call run,NAME)
#     $(call stamps,TARGET)
#
# and runs when a prerequisite is newer than the target, or when the command is not the one that made the target. A file
# that is gone is not newer than anything: a rule that reads whatever is in a folder names it in list_NAME, which is
# compared like the command.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-builtin-rules --no-builtin-variables
.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:
export LC_ALL := C
export TZ := UTC
unexport CDPATH GREP_OPTIONS TAR_OPTIONS XZ_OPT XZ_DEFAULTS

quiet := $(if $(filter 0,$(V)),@)
say = $(if $(filter 0,$(V)),printf '  %-8s %s\n' '$1' '$2' >&2;)

.PHONY: FORCE
FORCE:

hash := \#
space := $() $()

# Same words in the same order? White space inside is compared too, as a placeholder.
joined = $(subst $(space),_^_,$(strip $1))
differs = $(if $(filter-out x$(call joined,$1),x$(call joined,$2)),differs)$(if $(filter-out x$(call joined,$2),x$(call joined,$1)),differs)

# A command as text that a makefile and the shell both read back unchanged.
as_make = $(subst $(hash),$$(hash),$(subst $$,$$$$,$1))
as_shell = '$(subst ','\'',$1)'

newer = $(filter-out FORCE,$?)
why = $(if $(wildcard $@),$(if $(newer),newer: $(wordlist 1,3,$(newer)),command or inputs changed),not there)
text = $(cmd_$1)$(if $(list_$1), $(hash) $(list_$1))
run = $(if $(newer)$(call differs,$(call text,$1),$(made_$@)),$(call run_now,$1))
# In a subshell, since a failure left of the last `&&` of a command would not end the shell.
define run_now
$(quiet)$(call say,$(verb_$1),$@)$(if $(filter 2,$(V)),echo '  WHY      $@: $(why)';) mkdir -p $(@D) build/commands/$(@D); ($(cmd_$1)); \
	printf '%s\n' $(call as_shell,made_$@ := $(call as_make,$(call text,$1))) >build/commands/$@
endef

# Reads back the command that made each of the targets listed.
stamps = $(eval -include $(addprefix build/commands/,$1))

## @ Other
help: ## this text
	@awk -f mk/help.awk mk/image.mk mk/measurements.mk $(MAKEFILE_LIST)
print-%: ## value of a make variable, as print-STORE
	@printf '%s\n' '$($*)'
clean: ## remove what was built, keep the store
	$(quiet)find build -mindepth 1 -maxdepth 1 ! -name store ! -name .lock -exec chmod -R u+w {} + -exec rm -rf {} +
.PHONY: help clean
