# An event log of a real machine as if it had been predicted: names, words and shape as a prediction has them.
# spec: tdx-boot-spec.md 3.1, 4, 5 (events in order), 3.8.5 (what varies what)
def names: [
	["td-hob", "cfv", "SecureBoot", "PK", "KEK", "db", "dbx", "separator", "acpi-loader", "acpi-rsdp", "acpi-tables", "BootOrder", "Boot0000"],
	["kernel", "calling-efi-application", "separator", "exit-boot-services-invocation", "exit-boot-services-returned"],
	["cmdline", "initrd"]];
def varies: {
	"td-hob": ["memory", "firmware"],
	"cfv": ["firmware"],
	"acpi-loader": ["cpus", "devices", "qemu"],
	"acpi-tables": ["cpus", "memory", "devices", "qemu", "pic"],
	"kernel": ["kernel", "initrd"],
	"cmdline": ["cmdline"],
	"compose-hash": ["app-compose"]};
. as $log | {
	events: [range(4) as $r | [$log[] | select(.imr == $r)] | to_entries[] | (names[$r][.key] // .value.event) as $name | .value | {
		register: "rtmr\($r)", type: .event_type, name: $name, sha384: .digest, hashed: "what \($name) is",
		source: "source of \($name)", varies_with: (varies[$name] // [])}
		+ if .imr == 3 then {payload: .event_payload} else {} end],
	vm: {cpus: 8, memory: 68719476736, qemu: "9.1.0", pic: true, nics: 1, volumes: 0, name: "large"},
	firmware: {page_order: "two", td_hob_witness: "80100904000609020b021010"}}
