# The channel as others use it: installed anywhere, found by pkg-config, shared and static.
load ../../helpers

setup() {
	need pkg-config cc
	[ -e "$ROOT/build/library/lib/libtunnel.a" ] || skip "needs make library"
	cd "$BATS_TEST_TMPDIR" || return
	cp -r "$ROOT/build/library" prefix
	export PKG_CONFIG_PATH=$PWD/prefix/lib/pkgconfig
	# Both ends of a tunnel in one program: what the client says is what the server reads.
	cat >use.c <<-'END'
		#include <channel.h>
		#include <stdio.h>
		#include <string.h>
		static struct err err;
		static int take(struct channel *at, struct bytes *frame, struct channel_taken *taken)
		{
			int result = channel_take(at, (uint8_t *)frame->data, frame->size, taken, &err);
			frame->size = 0;
			return result;
		}
		int main(void)
		{
			struct tunnel_key *key = tunnel_key_new(&err);
			struct channel_settings at_server = {.role = CHANNEL_SERVER, .key = key}, at_client = {.role = CHANNEL_CLIENT};
			struct channel *server = channel_new(&at_server, &err), *client = channel_new(&at_client, &err);
			struct channel_taken taken = {0};
			struct bytes frame = {0}, sealed = {0};
			struct message evidence = {.quote = view_of_literal("a quote")}, said = {.type = WS_MESSAGE};
			said.id = view_of_literal("ws_1");
			said.body = (struct content){CONTENT_TEXT, view_of_literal("what the client says")};
			if (channel_hello(client, &frame, &err) || take(server, &frame, &taken) != CHANNEL_ASKED)
				return puts(err.text), 1;
			if (channel_offer(server, &evidence, &frame, &err) || take(client, &frame, &taken) != CHANNEL_OFFERED)
				return puts(err.text), 1;
			if (memcmp(taken.message.public_key.data, tunnel_key_public(key), TUNNEL_KEY_SIZE))
				return puts("another key"), 1;
			if (channel_accept(client, &frame, &err) || take(server, &frame, &taken) != CHANNEL_OPENED)
				return puts(err.text), 1;
			if (channel_seal(client, &said, &sealed, &err) || memmem(sealed.data, sealed.size, "client says", 11))
				return puts("not sealed"), 1;
			if (take(server, &sealed, &taken) != CHANNEL_PAYLOAD)
				return puts(err.text), 1;
			return printf("version %d: %.*s\n", channel_version(server), (int)taken.message.body.bytes.size,
				      (const char *)taken.message.body.bytes.data) < 0;
		}
	END
}

@test "both ends in a program of a page, with the shared library" {
	# shellcheck disable=SC2046
	cc -std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Werror use.c $(pkg-config --cflags --libs tunnel) -o use
	export LD_LIBRARY_PATH=$PWD/prefix/lib
	ldd use | grep -q "libtunnel.so.$(pkg-config --modversion tunnel) => $PWD/prefix/lib/"
	expect 0 ./use
	same "version 2: what the client says" "$output"
}

@test "the same with the static library" {
	local flags
	flags=$(pkg-config --cflags --libs --static tunnel)
	# shellcheck disable=SC2086
	cc -std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Werror use.c ${flags/-ltunnel/-l:libtunnel.a} -o use
	! ldd use | grep -q libtunnel || false
	expect 0 ./use
	same "version 2: what the client says" "$output"
}

@test "every header can be included alone" {
	local header
	for header in prefix/include/tunnel/*.h; do
		echo "#include <${header##*/}>" >alone.c
		cc -std=gnu17 -Wall -Wextra -Werror -fsyntax-only -Iprefix/include/tunnel alone.c
	done
	[ -e prefix/include/tunnel/channel.h ]
}

@test "it needs libsodium, libcbor, libcrypto and libc with libm, and nothing else" {
	need readelf
	same "libc.so libcbor.so libcrypto.so libm.so libsodium.so" "$(readelf -d prefix/lib/libtunnel.so | sed -n 's/.*NEEDED.*\[\(lib[a-z]*\.so\).*/\1/p' | sort | xargs)"
}
