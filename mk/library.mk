# The library of quotes, for programs that are not of this tree: workspace/qvl and what it stands on, shared and static,
# with its headers and a pkg-config file, as a prefix that may be moved anywhere: build/library.
#
# No promise is made of its binary interface before 1.0, so its name has the whole version.

library_base := base64 bytes digest err file hex json json_check json_view json_write p256 signature
library_files := $(sort $(wildcard workspace/qvl/*.c) $(library_base:%=workspace/base/%.c))
library_headers := $(sort $(wildcard workspace/qvl/*.h) workspace/base/cleanup.h $(wildcard $(library_base:%=workspace/base/%.h)))
library_objects := $(library_files:%.c=build/library/obj/%.o)
library_archive := build/library/lib/libqvl.a
library_shared := build/library/lib/libqvl.so.$(VERSION)
library_pc := build/library/lib/pkgconfig/qvl.pc
library_include := build/library/include/qvl.ok
library_uses := -ljq -lcrypto -lm

cmd_compile_library = $(CC) $(CFLAGS_ALL) -O2 -g $(hardening) -fPIC -MMD -MP -MF $@.d -c $< -o $@
$(library_objects): build/library/obj/%.o: %.c $(call host,tools) FORCE
	$(call run,compile_library)

cmd_archive_library = rm -f $@; ar rcsD $@ $(filter %.o,$^)
$(library_archive): $(library_objects) FORCE
	$(call run,archive_library)

# Its own calls stay its own, whatever the names are in the program that uses it.
cmd_link_library = $(CC) -shared -Wl,-soname,$(@F),-z,relro,-z,now,-z,defs,--as-needed,-Bsymbolic-functions -pthread -o $@ \
	$(filter %.o,$^) $(library_uses) && ln -sf $(@F) $(@D)/libqvl.so
$(library_shared): $(library_objects) FORCE
	$(call run,link_library)

cmd_describe_library = printf '%s\n' 'prefix=$${pcfiledir}/../..' 'libdir=$${prefix}/lib' 'includedir=$${prefix}/include/qvl' '' \
	'Name: qvl' 'Description: TDX and SGX quotes, taken apart and verified' 'Version: $(VERSION)' 'Cflags: -I$${includedir} -pthread' \
	'Libs: -L$${libdir} -lqvl' 'Libs.private: $(library_uses) -pthread' >$@
$(library_pc): FORCE
	$(call run,describe_library)

cmd_include_library = rm -rf $(@:.ok=) && mkdir $(@:.ok=) && cp $(filter %.h,$^) $(@:.ok=) && touch $@
list_include_library = $(library_headers)
$(library_include): $(library_headers) FORCE
	$(call run,include_library)

verb_compile_library = CC
verb_archive_library = AR
verb_link_library = LINK
verb_describe_library = WRITE
verb_include_library = COPY
library := $(library_archive) $(library_shared) $(library_pc) $(library_include)
$(call stamps,$(library_objects) $(library))
-include $(library_objects:=.d)

## @ Building
library: $(library) ## workspace/qvl as a library with headers and a pkg-config file, into build/library/
	@:
check: $(library)
.PHONY: library
