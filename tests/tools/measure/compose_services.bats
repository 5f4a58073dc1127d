# What the scan of a docker-compose text sees, and when it says that it may not have seen all. Against expectations written
# by hand, and libyaml.
load ../../helpers

SERVICES=$TESTBIN/tools/measure/compose_services
TEXTS=$VECTORS/compose-text

# images FILE: the values of every member `image`, by libyaml.
images() {
	perl -MYAML::XS -e '
		my %seen;
		sub walk {
			my $it = shift;
			return if !ref $it || $seen{$it}++;
			if (ref $it eq "HASH") {
				for (keys %$it) { print "$it->{$_}\n" if $_ eq "image" && !ref $it->{$_}; walk($it->{$_}) }
			} else {
				walk($_) for @$it;
			}
		}
		walk($_) for YAML::XS::LoadFile($ARGV[0])' "$1"
}

@test "every key it looks for, where it stands" {
	local file count=0
	for file in "$TEXTS"/good/*.yml; do
		expect 0 "$SERVICES" "$file"
		same "$(<"$file.expected")" "$output" "$file"
		count=$((count + 1))
	done
	same 3 "$count"
}

@test "libyaml finds no image that it does not" {
	need perl
	perl -MYAML::XS -e 1 2>/dev/null || skip "needs YAML::XS (libyaml-libyaml-perl)"
	local file image
	for file in "$TEXTS"/good/*.yml "$ROOT"/images/*/docker-compose.yml; do
		images "$file" >"$BATS_TEST_TMPDIR/images"
		[ -s "$BATS_TEST_TMPDIR/images" ]
		expect 0 "$SERVICES" "$file"
		while read -r image; do
			grep -qxF "$image" <(sed -n "s/^[0-9]* image //p" <<<"$output" | sed "s/''/'/g")
		done <"$BATS_TEST_TMPDIR/images"
	done
}

@test "what could hide an image makes it unsure, with the line and why" {
	local file count=0
	for file in "$TEXTS"/unsure/*.yml; do
		expect 0 "$SERVICES" "$file"
		same "unsure $(<"$file.reason")" "$(grep ^unsure <<<"$output")" "$file"
		count=$((count + 1))
	done
	[ "$count" -gt 20 ]
}

@test "a large text of quotes and braces takes no long time" {
	local text=$BATS_TEST_TMPDIR/text
	for unit in '"' '"\' '{' "'" '- ' 'image' '&a '; do
		perl -e 'print $ARGV[0] x (200000 / length $ARGV[0])' -- "$unit" >"$text"
		expect 0 timeout 20 "$SERVICES" "$text"
	done
}

DIGEST=sha256:$(printf '%064d' 7)

@test "an image is replaced where it is named, and nothing else" {
	cd "$BATS_TEST_TMPDIR" || return
	cat >in.yml <<-'TEXT'
		# kettle-launcher
		services:
		  a:
		    image: "localhost/kettle-launcher@sha256:00" # ours
		  b:
		    image: registry:5000/x/kettle-launcher:1.0
		  c:
		    image: other/kettle-launcher-two
		  d:
		    image: kettle-launcher
	TEXT
	expect 0 "$SERVICES" pin "example.org/k/kettle-launcher@$DIGEST" in.yml
	# By an editor of streams.
	sed -e "s|localhost/kettle-launcher@sha256:00|example.org/k/kettle-launcher@$DIGEST|" \
		-e "s|registry:5000/x/kettle-launcher:1.0|example.org/k/kettle-launcher@$DIGEST|" \
		-e "s|image: kettle-launcher\$|image: example.org/k/kettle-launcher@$DIGEST|" in.yml >expected.yml
	"$SERVICES" pin "example.org/k/kettle-launcher@$DIGEST" in.yml | cmp expected.yml -
}

@test "no image is replaced when none is named so, or not all can be seen" {
	cd "$BATS_TEST_TMPDIR" || return
	printf 'services: {}\n' >none.yml
	expect 2 "$SERVICES" pin "kettle-launcher@$DIGEST" none.yml
	one_line "$stderr" "none.yml: no image of it is named 'kettle-launcher'"
	expect 2 "$SERVICES" pin "kettle-launcher@$DIGEST" "$TEXTS/unsure/flow.yml"
	one_line "$stderr" "line 2: a key that is not the first of its line: its images cannot all be seen"
	for image in kettle-launcher kettle-launcher@sha256:00 "@$DIGEST" "a b@$DIGEST" "a@$DIGEST\"" "\$A@$DIGEST"; do
		expect 2 "$SERVICES" pin "$image" none.yml
		one_line "$stderr" "'$image' "
	done
}
