#!/usr/bin/env bats
# The library as others use it: installed anywhere, found by pkg-config, shared and static.
load ../../helpers
load helpers

setup() {
	need pkg-config cc
	[ -e "$ROOT/build/library/lib/libqvl.a" ] || skip "needs make library"
	cd "$BATS_TEST_TMPDIR" || return
	cp -r "$ROOT/build/library" prefix
	export PKG_CONFIG_PATH=$PWD/prefix/lib/pkgconfig
	cat >use.c <<-'END'
		#include <file.h>
		#include <verification.h>
		int main(int argc, char **argv)
		{
			struct err err;
			struct bytes quote = {0};
			struct collateral raw = {0};
			struct checked_collateral collateral = {0};
			struct verification it = {0};
			struct policy policy;
			struct trust trust = trust_intel();
			int64_t now = argc == 4 ? atoll(argv[3]) : 0;
			policy_default(&policy);
			if (file_load(argv[1], QUOTE_CAP, &quote, &err) || collateral_load(argv[2], &raw, &err) ||
			    collateral_check(&raw, &trust, now, &collateral, &err) ||
			    quote_verify(quote.data, quote.size, &collateral, &trust, &policy, now, &it, &err))
				return puts(err.text), 2;
			return puts(it.holds ? "holds" : "refused"), !it.holds;
		}
	END
}

# says STATUS WORD NOW: of one captured quote
says() {
	[ -d "$QUOTES" ] || return 0
	expect "$1" ./use "$QUOTES/qvl-tdx-v4/quote.bin" "$QUOTES/qvl-tdx-v4/collateral.json" "$3"
	same "$2" "$output"
}

@test "a program of a page, with the shared library" {
	# shellcheck disable=SC2046
	cc -Wall -Wextra -Werror use.c $(pkg-config --cflags --libs qvl) -o use
	export LD_LIBRARY_PATH=$PWD/prefix/lib
	ldd use | grep -q "libqvl.so.$(pkg-config --modversion qvl) => $PWD/prefix/lib/"
	says 0 holds 1751624191
	says 1 refused 1900000000
}

@test "the same with the static library" {
	local flags
	flags=$(pkg-config --cflags --libs --static qvl)
	# shellcheck disable=SC2086
	cc -Wall -Wextra -Werror use.c ${flags/-lqvl/-l:libqvl.a} -o use
	! ldd use | grep -q libqvl || false
	says 0 holds 1751624191
}

@test "every header can be included alone" {
	local header
	for header in prefix/include/qvl/*.h; do
		echo "#include <${header##*/}>" >alone.c
		cc -std=gnu17 -Wall -Wextra -Werror -fsyntax-only -Iprefix/include/qvl alone.c
	done
	[ -e prefix/include/qvl/verification.h ]
}

# base/p256 looks its curve up once, under pthread_once().
@test "there is no state: nothing but constants, and a curve" {
	need size ar
	mkdir objects
	(cd objects && ar x ../prefix/lib/libqvl.a)
	same "p256.o .bss" "$(size -A objects/*.o | awk '/:$/ { file = $1; sub(".*/", "", file) }
		$1 ~ /^\.(data|bss|tdata|tbss)$/ && $2 { print file, $1 }')"
}

@test "it needs libcrypto, libjq and libc, and nothing else" {
	need readelf
	same "libc.so libcrypto.so libjq.so" "$(readelf -d prefix/lib/libqvl.so | sed -n 's/.*NEEDED.*\[\(lib[a-z]*\.so\).*/\1/p' | sort | xargs)"
}
