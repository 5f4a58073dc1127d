# What make deploy says when build/deploy/ is there.

.deployment |
"build/deploy/app-compose.json     for dstack, byte for byte: its SHA-256 is the compose hash",
"build/deploy/docker-compose.yml   what is in it, with the image by digest",
"build/deploy/expected.json        what the VM will report",
"compose hash  \(.compose_hash)",
"image         \(.image): push it there, so that the VM finds it",
(.warnings[] | "warning       \(.text)"),
(.manifest | select(.status) | "warning       \(.reason); MANIFEST=manifest.json, as kettle publish wrote it, binds the app too")
