# Compiles tools/ and workspace/, once for each flavour: with the host's compiler (host), for tests with sanitizers
# (asan), with clang for its fuzzer (fuzz), and in the build root (builder), whose programs are the only ones that touch
# an image.
#
# A room is a folder of C files. Its programs are the files with a hyphen (tools/) or the files named as the room, or
# with a d behind its name for what serves (workspace/); all others are its modules and go into the room's archive. Adding a program is adding a file.

rooms := $(patsubst %/,%,$(sort $(dir $(wildcard workspace/*/*.c tools/*/*.c))))
is_program = $(if $(filter tools/%,$1),$(findstring -,$(notdir $1)),$(filter $(addprefix $(notdir $(patsubst %/,%,$(dir $1))),.c d.c),$(notdir $1)))
c_files := $(sort $(wildcard workspace/*/*.c tools/*/*.c))
programs := $(foreach f,$(c_files),$(if $(call is_program,$f),$(f:.c=)))
modules := $(filter-out $(programs:=.c),$(c_files))
test_files := $(sort $(wildcard tests/*/*/*.c))

warnings := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wformat=2 -Wpointer-arith -Wundef -Wvla -Wwrite-strings -Wcast-qual -Wno-unknown-warning-option -Wno-format-truncation
hardening := -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE
CFLAGS_ALL := -std=gnu17 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -Iworkspace/base -Iworkspace/qvl -Iworkspace/dstack -Iworkspace/tunnel $(warnings) -pthread
LDFLAGS_ALL := -pie -Wl,-z,relro,-z,now,--as-needed -pthread
LIBRARIES := -larchive -lwebsockets -lsodium -lcbor -lcrypto -ldeflate -lzstd -lz -ljq -lm

# A wing may use the workspace, never another wing; in the workspace each may use those behind it in this list, kettle all.
stack := workspace/tunnel workspace/dstack workspace/qvl workspace/base
after = $(if $(filter $1,$2),$(call rest_after,$1,$2),$2)
rest_after = $(if $(filter $1,$(firstword $2)),$(wordlist 2,$(words $2),$2),$(call rest_after,$1,$(wordlist 2,$(words $2),$2)))
archives_for = $(foreach room,$1 $(filter $(rooms),$(call after,$1,$(stack))),build/$2/lib/$(room).a)

verb_compile = CC
verb_archive = AR
verb_link = LINK

# $(call flavour,NAME,WRAPPER,COMPILER,CFLAGS,LDFLAGS,PREREQUISITE,BIN)
define flavour
$1_objects := $$(patsubst %.c,build/$1/obj/%.o,$$(c_files))
$1_archives := $$(patsubst %,build/$1/lib/%.a,$$(rooms))
$1_programs := $$(addprefix $7/,$$(notdir $$(programs)))
$$($1_objects) $$($1_archives) $$($1_programs): wrap := $2
$$($1_objects): cmd_compile = $2 $3 $$(CFLAGS_ALL) $4 -MMD -MP -MF $$@.d -c $$< -o $$@
$$($1_archives): cmd_archive = rm -f $$@; $2 ar rcsD $$@ $$(filter %.o,$$^)
$$($1_programs): cmd_link = $2 $3 $$(LDFLAGS_ALL) $5 -o $$@ $$(filter %.o %.a,$$^) $$(LIBRARIES)
$$($1_objects): build/$1/obj/%.o: %.c $6 FORCE
	$$(call run,compile)
$$(foreach room,$$(rooms),$$(eval build/$1/lib/$$(room).a: $$(patsubst %.c,build/$1/obj/%.o,$$(filter $$(room)/%,$$(modules)))))
$$($1_archives): $6 FORCE
	$$(call run,archive)
$$(foreach p,$$(programs),$$(eval $7/$$(notdir $$p): build/$1/obj/$$p.o $$(call archives_for,$$(patsubst %/,%,$$(dir $$p)),$1)))
$$($1_programs): FORCE
	$$(call run,link)
$$(call stamps,$$($1_objects) $$($1_archives) $$($1_programs))
-include $$($1_objects:=.d)
endef

asan_flags := -fsanitize=address,undefined -fno-sanitize-recover=all
# Within the program, as clang has them by itself: of two shared ones each has tables of six megabytes of its own, all of which
# the search for leaks reads at the end of every process.
asan_runtimes := $(if $(findstring clang,$(CC)),,-static-libasan -static-libubsan)
# That search takes more than all else of a short process. So it is for the tests of modules, and for programs that stay.
asan_leaks = $(if $(filter %/kettle %/tunneld,$@),,tests/no-leaks.c)
$(eval $(call flavour,host,,$$(CC),-O2 -g $(hardening),,$(call host,tools),build/bin))
$(eval $(call flavour,asan,,$$(CC),-O1 -g -fPIE $(asan_flags),$(asan_flags) $(asan_runtimes) $$(asan_leaks),$(call host,tools),build/asan/bin))
$(eval $(call flavour,fuzz,,clang,-O1 -g -fPIE $(asan_flags) -fsanitize=fuzzer-no-link,$(asan_flags),$(call host,fuzz),build/fuzz/bin))
$(eval $(call flavour,builder,$$(SEALED),gcc,-O2 $(hardening) -ffile-prefix-map=/src=.,,$$(BUILD_ROOT) mk/builder-run.sh,build/builder/bin))

# Test programs in C mirror the rooms: tests/ROOM/NAME.c links the room's archive; fuzz-NAME.c has libFuzzer's entry
# point and is linked with a driver that replays its corpus, or with libFuzzer itself.
fuzz_files := $(foreach f,$(test_files),$(if $(filter fuzz-%,$(notdir $f)),$f))
unit_files := $(filter-out $(fuzz_files),$(test_files))

# $(call test_flavour,FLAVOUR,COMPILER,FLAGS,FILES,DRIVER)
define test_flavour
$1_tests := $$(patsubst %.c,build/$1/%,$4)
$$($1_tests): cmd_compile = $2 $$(CFLAGS_ALL) $3 -I$$(patsubst tests/%/,%,$$(dir $$(firstword $$(filter %.c,$$^)))) -MMD -MP -MF $$@.d \
	$$(filter %.c %.a,$$^) $$(LDFLAGS_ALL) $$(LIBRARIES) -o $$@
$$(foreach f,$4,$$(eval build/$1/$$(f:.c=): $$f $$(if $$(filter fuzz-%,$$(notdir $$f)),$5) \
	$$(call archives_for,$$(patsubst tests/%/,%,$$(dir $$f)),$1)))
$$($1_tests): FORCE
	$$(call run,compile)
$$(call stamps,$$($1_tests))
-include $$($1_tests:=.d)
endef
$(eval $(call test_flavour,host,$$(CC),-O2 -g -fPIE,$(unit_files),))
$(eval $(call test_flavour,asan,$$(CC),-O1 -g -fPIE $(asan_flags) $(asan_runtimes),$(unit_files) $(fuzz_files),tests/fuzz/replay.c))
$(eval $(call test_flavour,fuzz,clang,-O1 -g -fPIE $(asan_flags) -fsanitize=fuzzer,$(fuzz_files),))

## @ Building
tools: $(host_programs) ## the programs with the host's compiler, into build/bin/
	@:
.PHONY: tools
