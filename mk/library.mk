# Libraries for programs that are not of this tree, each with what it stands on, shared and static, with its headers and a
# pkg-config file, as a prefix that may be moved anywhere: build/library.
#
#     qvl       quotes, taken apart and verified: workspace/qvl
#     tunnel    the attested channel's messages and cryptography, as functions over buffers: workspace/tunnel/channel.h
#
# No promise is made of their binary interfaces before 1.0, so their names have the whole version.

base_files = $(addprefix workspace/base/,$(addsuffix .c,$1))
library_qvl_files := $(sort $(wildcard workspace/qvl/*.c) \
	$(call base_files,base64 bytes digest err file hex json json_check json_view json_write p256 signature))
library_qvl_headers := $(sort $(wildcard workspace/qvl/*.h))
library_qvl_uses := -ljq -lcrypto -lm
library_qvl_is := Quotes of TDX and SGX, taken apart and verified
library_tunnel_files := $(sort $(wildcard $(addprefix workspace/tunnel/,aead.c cbor_*.c message*.c seal.c seen.c key*.c channel*.c)) \
	workspace/qvl/view.c workspace/qvl/key_binding.c $(call base_files,bytes digest err hex))
library_tunnel_headers := $(addprefix workspace/tunnel/,channel.h message.h) $(addprefix workspace/qvl/,view.h key_binding.h)
library_tunnel_uses := -lsodium -lcbor -lcrypto -lm
library_tunnel_is := An attested channel: its messages and its cryptography
libraries := qvl tunnel

library_objects := $(foreach l,$(libraries),$(library_$l_files:%.c=build/library/obj/%.o))
cmd_compile_library = $(CC) $(CFLAGS_ALL) -O2 -g $(hardening) -fPIC -MMD -MP -MF $@.d -c $< -o $@
$(sort $(library_objects)): build/library/obj/%.o: %.c $(call host,tools) FORCE
	$(call run,compile_library)

cmd_archive_library = rm -f $@; ar rcsD $@ $(filter %.o,$^)
# Its own calls stay its own, whatever the names are in the program that uses it.
cmd_link_library = $(CC) -shared -Wl,-soname,$(@F),-z,relro,-z,now,-z,defs,--as-needed,-Bsymbolic-functions -pthread -o $@ \
	$(filter %.o,$^) $(uses) && ln -sf $(@F) $(@D)/lib$(named).so
cmd_describe_library = printf '%s\n' 'prefix=$${pcfiledir}/../..' 'libdir=$${prefix}/lib' 'includedir=$${prefix}/include/$(named)' '' \
	'Name: $(named)' 'Description: $(is)' 'Version: $(VERSION)' 'Cflags: -I$${includedir} -pthread' \
	'Libs: -L$${libdir} -l$(named)' 'Libs.private: $(uses) -pthread' >$@
cmd_include_library = rm -rf $(@:.ok=) && mkdir $(@:.ok=) && cp $(filter %.h,$^) $(@:.ok=) && touch $@

# $(call one_library,NAME)
define one_library
library_$1 := $(addprefix build/library/,lib/lib$1.a lib/lib$1.so.$(VERSION) lib/pkgconfig/$1.pc include/$1.ok)
$$(library_$1): named := $1
$$(library_$1): uses := $$(library_$1_uses)
$$(library_$1): is := $$(library_$1_is)
build/library/lib/lib$1.a: $$(library_$1_files:%.c=build/library/obj/%.o) FORCE
	$$(call run,archive_library)
build/library/lib/lib$1.so.$(VERSION): $$(library_$1_files:%.c=build/library/obj/%.o) FORCE
	$$(call run,link_library)
build/library/lib/pkgconfig/$1.pc: FORCE
	$$(call run,describe_library)
build/library/include/$1.ok: list_include_library := $$(library_$1_headers)
build/library/include/$1.ok: $$(library_$1_headers) $$(sort workspace/base/cleanup.h \
		$$(wildcard $$(patsubst %.c,%.h,$$(filter workspace/base/%,$$(library_$1_files))))) FORCE
	$$(call run,include_library)
endef
$(foreach l,$(libraries),$(eval $(call one_library,$l)))

verb_compile_library = CC
verb_archive_library = AR
verb_link_library = LINK
verb_describe_library = WRITE
verb_include_library = COPY
library := $(foreach l,$(libraries),$(library_$l))
$(call stamps,$(sort $(library_objects)) $(library))
-include $(sort $(library_objects:=.d))

## @ Building
library: $(library) ## workspace/qvl and the tunnel's channel as libraries with headers and pkg-config files, into build/library/
	@:
check-fast: $(library)
.PHONY: library
