# EFI variables and load options as they are measured, against digests that real firmware measured.
load ../../helpers

EFI=$TESTBIN/tools/measure/efi
VOLUME=7cb8bdc9-f8eb-4f34-aaea-3ee4af6516a1
GLOBAL=8be4df61-93ca-11d2-aa0d-00e098032b8c

# digest EXPECTED ARGUMENT...
digest() {
	local want=$1
	shift
	same "$want" "$("$EFI" "$@" | sha384sum | cut -d' ' -f1)" "$*"
}

# spec: tdx-boot-spec.md 3.1, 7 (K10)
@test "variables that do not exist, and one that does" {
	digest 9dc3a1f80bcec915391dcda5ffbb15e7419f77eab462bbf72b42166fb70d50325e37b36f93537a863769bcf9bedae6fb variable $GLOBAL SecureBoot
	digest cfa4e2c606f572627bf06d5669cc2ab1128358d27b45bc63ee9ea56ec109cfafb7194006f847a6a74b5eaed6b73332ec variable $GLOBAL SecureBoot 00
	digest 18cc6e01f0c6ea99aa23f8a280423e94ad81d96d0aeb5180504fc0f7a40cb3619dd39bd6a95ec1680a86ed6ab0f9828d \
		variable d719b2cb-3d3a-4596-a3bc-dad00e67656f dbx
}

# spec: tdx-boot-spec.md 3.1, 3.10 note 15
@test "load options of firmware before and after edk2-stable202505" {
	digest 23ada07f5261f12f34a0bd8e46760962d6b4d576a416f1fea1c64bc656b1d28eacf7047ae6e967c58fd2a98bfa74c298 \
		option 0x109 UiApp $VOLUME 462caa21-7614-4503-836e-8ab6f4662331
	digest 5068e6a9ded2a1c3a8ebb5d26004410ea8670742d8f444c5c3d161b76c66fa23a7b1d2fb3f9840570b675384b5818f2d \
		option 0x109 BootManagerMenuApp $VOLUME eec25bdc-67f2-4d95-b1d5-f81b2039d11d
	digest dd424f2eeb35f3e8a2c2f50f6cc87ff90b7577e92ce63e13a22869d07d104fd5ea9800e6e4f12c5058fc4eaa78374f20 \
		option 0x101 'EFI Firmware Setup' $VOLUME 462caa21-7614-4503-836e-8ab6f4662331
}
