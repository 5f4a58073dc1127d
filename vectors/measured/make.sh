#!/bin/bash
# make.sh: writes the vectors into good/ and should-fail/ beside it; see PROVENANCE.md.
set -euo pipefail
cd "${0%/*}"
digest=$(printf abc | sha384sum | cut -d' ' -f1)
event=$(jq -nc --arg digest "$digest" '{register: "rtmr0", type: 4, type_name: "EV_SEPARATOR", name: "one", sha384: $digest,
	payload: "616263", hashed: "three letters", source: "a file", varies_with: ["memory", "cpus"]}')

good() { jq -S --indent 2 "$2" <<<"$event" >"good/$1.json"; }
good none '[]'
good one '[.]'
good every-register '[., (.register = "rtmr1" | .varies_with = [] | .type = 134217729 | .type_name = "dstack runtime event"), (.register = "rtmr2" | .name = "two" | .payload = ""),
	(.register = "rtmr3" | .type = 4294967295 | .type_name = "unknown" | del(.payload)), (.register = "rtmr0" | .sha384 |= ("0" * 96))]'
good not-known '[., (.name = "two" | .sha384 = null | del(.payload)), (.name = "three")]'

reason() { printf '%s\n' "$2" >"should-fail/$1.json.reason"; }
bad() { jq -c "$3" <<<"$event" >"should-fail/$1.json"; reason "$1" "$2"; }
bad not-an-array 'not an array' .
bad not-an-object 'event 1: not an object' '[., 1]'
for member in register name hashed source varies_with type; do bad "no-$member" "event 0: $member: missing" "[del(.$member)]"; done
bad register-4 'event 0: register: none of rtmr0 to rtmr3' '[.register = "rtmr4"]'
bad register-long 'event 0: register: none of rtmr0 to rtmr3' '[.register = "rtmr00"]'
bad register-mrtd 'event 0: register: none of rtmr0 to rtmr3' '[.register = "mrtd"]'
bad register-number 'event 0: register: not a string' '[.register = 0]'
bad type-half 'event 0: type: not a whole number of 32 bits' '[.type = 1.5]'
bad type-negative 'event 0: type: not a whole number of 32 bits' '[.type = -1]'
bad type-large 'event 0: type: not a whole number of 32 bits' '[.type = 4294967296]'
bad type-text 'event 0: type: not a number' '[.type = "4"]'
bad digest-none 'event 0: sha384: neither null nor 96 hexadecimal digits' '[del(.sha384)]'
bad digest-short 'event 0: sha384: neither null nor 96 hexadecimal digits' '[.sha384 |= .[1:]]'
bad digest-long 'event 0: sha384: neither null nor 96 hexadecimal digits' '[.sha384 += "00"]'
bad digest-not-hex 'event 0: sha384: neither null nor 96 hexadecimal digits' '[.sha384 |= "g" + .[1:]]'
bad digest-number 'event 0: sha384: neither null nor 96 hexadecimal digits' '[.sha384 = 1]'
bad payload-odd 'event 0: payload: not hexadecimal digits, two a byte' '[.payload = "616"]'
bad payload-not-hex 'event 0: payload: not hexadecimal digits, two a byte' '[.payload = "zz"]'
bad payload-null 'event 0: payload: not hexadecimal digits, two a byte' '[.payload = null]'
bad varies-text 'event 0: varies_with: not an array' '[.varies_with = "memory"]'
bad varies-number 'event 0: varies_with: 1: not a string' '[.varies_with = ["memory", 1]]'
