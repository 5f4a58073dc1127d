#!/bin/bash
# make.sh: writes the vectors into good/ and should-fail/ beside it; see PROVENANCE.md.
set -euo pipefail
cd "${0%/*}"

good() { printf '%s\n' "$2" >"good/$1.json"; }
good least '{"cpu_count": 1, "memory_size": 2147483648}'
good all '{"spec_version": 1, "os_image_hash": "", "cpu_count": 8, "memory_size": 17179869184, "qemu_single_pass_add_pages": true, "pic": true,
"qemu_version": "9.2.1", "pci_hole64_size": 17592186044416, "hugepages": true, "num_gpus": 1, "num_nvswitches": 2, "num_nics": 3,
"num_verity_volumes": 4, "swtpm": false, "hotplug_off": true, "image": "dstack-0.5.5", "host_share_mode": "vvfat", "unknown": [1]}'
good nulls '{"cpu_count": 2, "memory_size": 1073741824, "qemu_single_pass_add_pages": null, "pic": null, "qemu_version": null}'
good nested-text '{"kms_urls": [], "vm_config": "{\"cpu_count\": 3, \"memory_size\": 1073741824}", "cpu_count": 9}'
good nested-object '{"vm_config": {"cpu_count": 4, "memory_size": 1073741824}}'

bad() { printf '%s\n' "$3" >"should-fail/$1.json"; printf '%s\n' "$2" >"should-fail/$1.json.reason"; }
bad not-an-object 'not an object' '[]'
bad cpus-missing 'cpus: not given' '{"memory_size": 2147483648}'
bad memory-missing 'memory: not given' '{"cpu_count": 1}'
bad cpus-text 'cpu_count: not a number' '{"cpu_count": "1", "memory_size": 2147483648}'
bad cpus-half 'cpu_count: not a whole number up to 65536' '{"cpu_count": 1.5, "memory_size": 2147483648}'
bad cpus-negative 'cpu_count: not a whole number up to 65536' '{"cpu_count": -1, "memory_size": 2147483648}'
bad cpus-many 'cpu_count: not a whole number up to 65536' '{"cpu_count": 65537, "memory_size": 2147483648}'
bad cpus-null 'cpu_count: not a number' '{"cpu_count": null, "memory_size": 2147483648}'
bad memory-large 'memory_size: not a whole number up to 9007199254740992' '{"cpu_count": 1, "memory_size": 18446744073709551615}'
bad pic-number 'pic: not a boolean' '{"cpu_count": 1, "memory_size": 2147483648, "pic": 1}'
bad order-text 'qemu_single_pass_add_pages: not a boolean' '{"cpu_count": 1, "memory_size": 2147483648, "qemu_single_pass_add_pages": "true"}'
bad qemu-two-parts "qemu_version: '9.2': not a version" '{"cpu_count": 1, "memory_size": 2147483648, "qemu_version": "9.2"}'
bad qemu-four-parts "qemu_version: '9.2.1.0': not a version" '{"cpu_count": 1, "memory_size": 2147483648, "qemu_version": "9.2.1.0"}'
bad qemu-letters "qemu_version: '9.2.1-rc1': not a version" '{"cpu_count": 1, "memory_size": 2147483648, "qemu_version": "9.2.1-rc1"}'
bad qemu-large "qemu_version: '9.2.1000': not a version" '{"cpu_count": 1, "memory_size": 2147483648, "qemu_version": "9.2.1000"}'
bad qemu-number 'qemu_version: not a string' '{"cpu_count": 1, "memory_size": 2147483648, "qemu_version": 9}'
bad qemu-old 'qemu: older than 8.0.0' '{"cpu_count": 1, "memory_size": 2147483648, "qemu_version": "7.2.19"}'
bad qemu-new 'qemu: not known from 11.0.0 on' '{"cpu_count": 1, "memory_size": 2147483648, "qemu_version": "11.0.0"}'
bad swtpm 'swtpm: a VM with a software TPM cannot be predicted' '{"cpu_count": 1, "memory_size": 2147483648, "swtpm": true}'
bad share-mode 'host_share_mode: none of "", 9p, vvfat, vhd' '{"cpu_count": 1, "memory_size": 2147483648, "host_share_mode": "virtiofs"}'
bad share-mode-number 'host_share_mode: none of "", 9p, vvfat, vhd' '{"cpu_count": 1, "memory_size": 2147483648, "host_share_mode": 9}'
bad nested-broken 'vm_config: ' '{"vm_config": "{"}'
bad nested-array 'vm_config: neither an object nor its text' '{"vm_config": [], "cpu_count": 1, "memory_size": 2147483648}'
bad nested-text-array 'vm_config: neither an object nor its text' '{"vm_config": "[]"}'
bad twice 'cpu_count' '{"cpu_count": 1, "memory_size": 2147483648, "cpu_count": 2}'
