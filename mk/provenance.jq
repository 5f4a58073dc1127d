# The predicate of the provenance statement, SLSA v1, from measurements.json and what mk/release.sh collected. No time and no
# machine is in it: who builds the same has the same.

def purl_part: @uri | gsub("%3A"; ":");
# A line of mk/lock-list.sh: ALGO HEX SIZE NAME VERSION PATH
def locked: split(" ") as [$algorithm, $hex, $size, $name, $version, $path] | {
  name: "\($name) \($version)",
  uri: (if $algorithm == "sha512" then "pkg:npm/\($name | split("/") | map(purl_part) | join("/"))@\($version | purl_part)"
    else "pkg:deb/debian/\($name | purl_part)@\($version | purl_part)?arch=\($path | capture("_(?<arch>[^_]*)[.]deb$").arch)" end),
  digest: {($algorithm): $hex}
};
# A line of sha256sum: HEX  PATH
def hashed: {name: .[66:], digest: {sha256: .[:64]}};
def lines: split("\n") | map(select(. != ""));

# The command that gives the same again, in these sources. Paths in it are of the release, and os-image is dstack's.
def command($external; $has_os_image): ["make", "measurements", "IMAGE=\($external.image)", "COMPRESSION=\($external.compression)",
  "REGISTRY=\($external.registry)", "DSTACK=\($external.dstack)", "FORM=\($external.form)",
  "KEY_PROVIDER=\($external.key_provider // "")", "DEPLOY_OPTIONS=\($external.deploy_options)",
  "VM=\($external.vm | map("deploy/vm/\(.).json") | join(" "))",
  if $external.manifest then "MANIFEST=deploy/manifest.json" else empty end,
  if $has_os_image then "OS_IMAGE=os-image" else empty end];

.inputs as $inputs | .image.name as $image |
($parameters + {
  commit: $commit,
  key_provider: ($parameters.key_provider | if . == "" then null else . end),
  manifest: (.deployment.manifest.sha256? // null),
  os_image: (.tdx.os_image.os_image_hash? // null)
}) as $external |
{
  buildDefinition: {
    buildType: "urn:kettle-dstack:make:1",
    externalParameters: $external,
    internalParameters: {
      commands: [command($external; .tdx.os_image.kernel?)],
      epoch: $epoch,
      version: $version
    },
    resolvedDependencies: (
      [if $commit then {name: "source", digest: {gitCommit: $commit}} else empty end,
       {name: "images/\($image)", digest: $inputs.image_definition}, {name: "images/builder", digest: $inputs.build_root},
       {name: "workspace", digest: $inputs.workspace}, {name: "tools", digest: $inputs.tools}, {name: "mk", digest: $inputs.rules}]
      + [$inputs.locks[] | {name: .path, digest}]
      + ($given | lines | map(hashed))
      + ($locked | lines | map(locked)))
  },
  runDetails: {
    builder: {id: "urn:kettle-dstack:build-root:sha256:\($inputs.locks[] | select(.path == "images/builder/debian.lock").digest.sha256)"},
    byproducts: ($made | lines | map(hashed))
  }
}
