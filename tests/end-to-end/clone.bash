# Copies of this tree to build in, break and throw away. What they build is compared with what this tree has built.
load ../helpers

# bats reads this file again for every test, when STORE is gone.
export TREE_STORE=${TREE_STORE:-$(cd "$ROOT" && realpath "${STORE:-build/store}")}
unset STORE BUNDLE DEB_MIRROR DEB_SECURITY_MIRROR NPM_REGISTRY IMAGE V
# Whatever a clone fetches comes from here: no test needs a network.
export MIRRORS=$TREE_STORE

expected_digest() { jq -r '.manifests[0].digest' "$ROOT/build/images/${1:-kettle-launcher}/oci/index.json"; } # [IMAGE]

# The sources alone.
clone() { # FOLDER
	mkdir -p "$1"
	tar -C "$ROOT" --exclude=./build --exclude=./.git --exclude=./config.local.mk --format=posix -cf - . | tar -C "$1" -xf -
}

# The sources and what was built of them, so that nothing is out of date; the store too. Nothing is shared with this
# tree: what a test does to it stays there.
warm_clone() { # FOLDER
	clone "$1"
	mkdir -p "$1/build"
	for it in root root.ok builder images deploy commands fetched fetched.ok measurements.json host bin; do
		[ ! -e "$ROOT/build/$it" ] || cp -a --reflink=auto "$ROOT/build/$it" "$1/build/"
	done
	mkdir "$1/build/store" # but for what others are fetching into it
	cp -a --reflink=auto "$TREE_STORE"/sha* "$1/build/store/"
}

# Status 0, and the digest this tree has.
builds_the_same() { # FOLDER [MAKE ARGUMENT...]
	local folder=$1
	shift
	expect 0 make -C "$folder" --no-print-directory -s digest "$@"
	same "$(expected_digest)" "$output" "digest"
}

# Waits for a condition, a minute at most.
until_true() { # COMMAND...
	local i
	for ((i = 0; i < 1200; i++)); do
		! "$@" || return 0
		sleep 0.05
	done
	echo "never came true: $*" >&2
	return 1
}

# start FOLDER ARGUMENT...: make in a process group of its own, as a terminal gives it; $group is its number.
start() {
	local folder=$1
	shift
	setsid env --default-signal=INT make -C "$folder" --no-print-directory "$@" >"$BATS_TEST_TMPDIR/log" 2>&1 3>&- &
	group=$!
}

gone() { ! kill -0 -- "-$group" 2>/dev/null; }

# Waits until the make that start made says LINE; shows what it said when it ends first.
until_it_says() { # LINE
	until_true said_or_gone "$1"
	grep -q "$1" "$BATS_TEST_TMPDIR/log" || {
		tail -n 20 "$BATS_TEST_TMPDIR/log" >&2
		return 1
	}
}
said_or_gone() { grep -qs "$1" "$BATS_TEST_TMPDIR/log" || gone; }

# Ends a group that start made, and waits until the last of its processes is gone.
stop() { # SIGNAL
	kill "-$1" -- "-$group" || return
	stopped=0
	wait "$group" || stopped=$?
	until_true gone
}

# The lines of stderr that are neither progress nor make's own.
said() { grep -vE '^ *[A-Z]{2,} |^make(\[[0-9]+\])?: (\*\*\*|Entering|Leaving|Waiting|Target)' <<<"$stderr" || true; }

# What npm has for tests, by the lock in npm/ or in another folder, and through the store, as every input.
npm_packages() { # FOLDER [LOCK-FOLDER]
	local lock=${2:-tests/end-to-end/npm}/package-lock.json
	need node
	cd "$ROOT" || return
	mk/store-fetch.sh "$TREE_STORE" "$lock"
	mk/runtime-unpack.sh "$TREE_STORE" "$lock" "$1"
}

# A document against a schema of ours, by a validator that other people wrote; npm_packages comes first.
validate() { # FILE [SCHEMA]
	MODULES=$BATS_FILE_TMPDIR/node_modules node "$ROOT/tests/end-to-end/validate.cjs" "$ROOT/docs/schema/${2:-measurements-1}.json" "$1"
}
