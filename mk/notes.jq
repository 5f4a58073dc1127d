# measurements.json as release notes, in Markdown. Named arguments, none of which need be given: commit, registry, version.

($ARGS.named.commit // null) as $commit |
def computed: .status != "not computed";
def code: "`\(.)`";
def shape: "\(.cpus) CPU\(if .cpus == 1 then "" else "s" end), \(.memory / 1048576) MiB, QEMU \(.qemu)";
def doubts: [
  (.deployment | if computed then (.warnings[] | "deployment: \(.text)"), (.manifest | select(computed | not) | "app: \(.reason); kettle's three events follow those below")
    else "deployment: \(.reason)" end),
  (.tdx | if computed then
    (.os_image | select(computed | not) | "MRTD, RTMR0, RTMR1, RTMR2: \(.reason)"),
    (.rtmr3 | if computed then (.varies[] | "RTMR3: `\(.)` is not known before the VM runs"), (.notes[] | "RTMR3: \(.)")
      else "RTMR3: \(.reason)" end),
    (.vms[] | .name as $name | (.notes[], (.confidence // {} | to_entries[] | "\(.key): \(.value)")) | "shape \($name): \(.)")
  else "registers: \(.reason)" end)
];

"# \(.image.name)\($ARGS.named.version // "" | if . == "" then . else " \(.)" end)",
"",
"Image manifest \("sha256:" + .image.manifest.sha256 | code), \(.image.manifest.size) bytes, for \(.image.platform.os)/\(.image.platform.architecture).",
"",
"| layer | blob SHA-256 | diff ID SHA-256 | bytes |",
"|---|---|---|--:|",
(.image.layers[] | "| \(.name) | \(.blob.sha256 | code) | \(.diff_id.sha256 | code) | \(.blob.size) |"),
(.deployment | select(computed) |
  "",
  "## Deployment",
  "",
  "| what | value |",
  "|---|---|",
  "| image | \(.image | code) |",
  "| compose hash | \(.compose_hash | code) |",
  "| app-id, unless one is given | \(.app_id | code) |",
  "| mr_config_id | \(.mr_config_id.v1 | code) |",
  (.manifest | select(computed) | "| manifest SHA-256 | \(.sha256 | code) |", "| app | \(.app) |", "| app SHA-256 | \(.app_sha256 | code) |"),
  "| variables that may be given from outside | \(if .allowed_envs == [] then "none" else .allowed_envs | map(code) | join(", ") end) |"),
(.tdx | select(computed) |
  "",
  "## Registers",
  (.os_image | select(computed) | "", "OS image \(.version // ""), os_image_hash \(.os_image_hash // "not computed" | code).") ,
  (.vms[] |
    "",
    "### \(.name): \(.vm | shape)",
    "",
    "| register | SHA-384 |",
    "|---|---|",
    "| MRTD | \(.mrtd | code) |", "| RTMR0 | \(.rtmr0 | code) |", "| RTMR1 | \(.rtmr1 | code) |", "| RTMR2 | \(.rtmr2 | code) |"),
  (.rtmr3 | select(computed) |
    "",
    "### RTMR3, for every shape, dstack \(.dstack)",
    "",
    (if .rtmr3 then .rtmr3 | code else "After its first \(.prefix.events) events: \(.prefix.value | code)." end),
    "",
    "| event | digest SHA-384 |",
    "|---|---|",
    (.events[] | "| \(.name) | \(if .sha384 then .sha384 | code else "not known before" end) |"))),
"",
"## How to verify",
"",
"With the sources\(if $commit then " at commit \($commit | code)" else ", at the state this release was made of," end), and DIR, a folder with the public keys you trust:",
"",
"    \(if $commit then "git checkout \($commit)" else "cd kettle-dstack" end)",
"    make verify RELEASE=\(.deployment.image // "\($ARGS.named.registry // "localhost")/\(.image.name)@sha256:\(.image.manifest.sha256)") KEYS=DIR",
(.tdx | select(computed) | "    eventlog-diff --expected build/measurements.json --shape NAME --observed LOG.json"),
"",
"`make verify` checks the signatures, builds the image again from these sources and compares every digest, register and file; the",
"release may be a folder too.\(if .tdx | computed then " `eventlog-diff` says whether a VM that reported LOG.json runs it." else "" end)",
"",
"## Not known, or to be read with care",
"",
(if doubts == [] then "Nothing." else doubts[] | "- \(.)" end)
