# A VM's shape from VmConfig and from options. spec: tdx-boot-spec.md 2.1, 3.8.1, 6.3
load ../../helpers

SHAPE=$TESTBIN/tools/measure/shape
CONFIGS=$VECTORS/vm-config

# shaped EXPECTED SETTING...: what is expected is laid over the shape that nothing but processors and memory makes.
shaped() {
	local want=$1
	shift
	expect 0 "$SHAPE" "$@"
	same "$(jq -Snc --argjson x "$want" '{cpus: 1, memory: 2147483648, qemu: "9.1.0", pic: false, smm: false, hotplug_off: false,
		hugepages: false, gpus: 0, nvswitches: 0, nics: 1, volumes: 0, hole64: 34359738368, page_order: "single"} + $x')" "$output" "$*"
}

@test "VmConfigs" {
	need jq
	shaped '{}' "config=$CONFIGS/good/least.json"
	shaped '{"cpus":8,"memory":17179869184,"qemu":"9.2.1","pic":true,"page_order":"two","hole64":17592186044416,"hugepages":true,
		"gpus":1,"nvswitches":2,"nics":3,"volumes":4,"hotplug_off":true}' "config=$CONFIGS/good/all.json"
	shaped '{"cpus":2,"memory":1073741824}' "config=$CONFIGS/good/nulls.json"
	shaped '{"cpus":3,"memory":1073741824}' "config=$CONFIGS/good/nested-text.json"
	shaped '{"cpus":4,"memory":1073741824}' "config=$CONFIGS/good/nested-object.json"
	same 5 "$(ls "$CONFIGS/good" | wc -l)" "vectors of this test"
}

@test "what follows from the version of QEMU, and what is said all the same" {
	need jq
	shaped '{"qemu":"8.0.0","pic":true,"page_order":"two"}' cpus=1 memory=2G qemu=8.0.0
	shaped '{"qemu":"8.99.9","pic":true,"page_order":"two"}' cpus=1 memory=2G qemu=8.99.9
	shaped '{"qemu":"9.0.0"}' cpus=1 memory=2G qemu=9.0.0
	shaped '{"qemu":"10.2.3"}' cpus=1 memory=2G qemu=10.2.3
	shaped '{"qemu":"8.2.2","pic":false,"page_order":"single"}' cpus=1 memory=2G qemu=8.2.2 pic=off page_order=single
	shaped '{"pic":true,"page_order":"two","smm":true}' cpus=1 memory=2G pic=on page_order=two smm=on
}

@test "sizes" {
	need jq
	shaped '{"memory":536870912}' cpus=1 memory=512M
	shaped '{"memory":2199023255552,"hole64":17592186044416}' cpus=1 memory=2T hole64=16T
	shaped '{}' cpus=1 memory=2048M hole64=0
	for size in '' 2 2048 2g 2GB G -1G 1.5G 0x2G ' 2G' '2G ' 8193T 99999999999999999999G; do
		expect 2 "$SHAPE" cpus=1 "memory=$size"
		same "shape: memory: '$size': not a size, such as 512M or 2G, of at most 8192T" "$stderr"
	done
}

@test "settings that are malformed are refused" {
	refuse() {
		expect 2 "$SHAPE" cpus=1 memory=2G "$1"
		same "shape: ${1%%=*}: '${1#*=}': $2" "$stderr"
	}
	for number in '' x -1 1.0 +1 65537 18446744073709551617; do refuse "gpus=$number" 'not a number from 0 to 65536'; done
	for version in '' 9 9.2 9.2. .9.2 9..2 9.2.1.1 9.2.1a; do refuse "qemu=$version" 'not a version, such as 9.2.1'; done
	for switch in '' yes ON 1; do refuse "pic=$switch" 'neither off nor on'; done
	refuse page_order=both 'neither single nor two'
}

@test "a setting may be said twice, but not contradicted" {
	need jq
	shaped '{}' "config=$CONFIGS/good/least.json" cpus=1 memory=2048M
	shaped '{"pic":true}' "config=$CONFIGS/good/least.json" pic=on
	expect 2 "$SHAPE" "config=$CONFIGS/good/least.json" cpus=2
	same "shape: cpus: 2 contradicts 1, given before" "$stderr"
	expect 2 "$SHAPE" "config=$CONFIGS/good/all.json" page_order=single
	same "shape: page_order: single contradicts two, given before" "$stderr"
	expect 2 "$SHAPE" qemu=9.2.1 "config=$CONFIGS/good/all.json" qemu=9.2.0
	same "shape: qemu: 9.2.0 contradicts 9.2.1, given before" "$stderr"
	expect 2 "$SHAPE" hugepages=off "config=$CONFIGS/good/all.json"
	same "shape: $CONFIGS/good/all.json: hugepages: on contradicts off, given before" "$stderr"
}

@test "VmConfigs that are malformed or cannot be predicted are refused with their reason" {
	local file count=0
	for file in "$CONFIGS"/should-fail/*.json; do
		expect 2 "$SHAPE" "config=$file"
		one_line "$stderr" "$(<"$file.reason")"
		count=$((count + 1))
	done
	same 25 "$count"
}
