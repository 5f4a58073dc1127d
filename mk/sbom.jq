# An SPDX 2.3 document from what mk/release-sbom.sh collected:
#
#     DOCUMENT DESCRIBES image               the image is a package, with the manifest's digest
#     image CONTAINS layer                   so is each layer, with its blob's and diff ID's digest
#     layer CONTAINS package, file           every package of its locks, every regular file of its tar
#     file EXPANDED_FROM_ARCHIVE package     where it came from: a package,
#     file COPY_OF file                      a file of ours,
#     file GENERATED_FROM package            or it was made: a program from the sources, a list from the layer's packages
#     sources CONTAINS file                  every source of ours
#     package BUILD_TOOL_OF image            every package of the build root
#
# Nothing says where a package was fetched from: it is known by its digest. One of a name and version is one package, however
# many locks name it. The time is the build root's, so that the same image has the same document.

# No two different texts give the same. spdx: SPDX 2.3 3.2, letters, digits, '.' and '-'
def id: @uri | gsub("-"; "%2D") | gsub("_"; "%5F") | gsub("~"; "%7E") | gsub("%"; "-");
def package_id: "SPDXRef-\(.kind)-\("\(.name) \(.version)" | id)";
def file_id($layer): "SPDXRef-file-\("\($layer)/\(.)" | id)";
def source_id: "SPDXRef-source-\(id)";
def layer_id: "SPDXRef-layer-\(id)";
def image_id: "SPDXRef-image";
def sources_id: "SPDXRef-sources";

def relation($type; $other): {spdxElementId: ., relationshipType: $type, relatedSpdxElement: $other};
def checksum($algorithm; $hex): {algorithm: $algorithm, checksumValue: $hex};
def unknown: {copyrightText: "NOASSERTION", downloadLocation: "NOASSERTION", licenseConcluded: "NOASSERTION"};

# A colon stays as it is, each other character that is none of a name's is percent-encoded.
def purl_part: @uri | gsub("%3A"; ":");
def purl: if .kind == "npm" then "pkg:npm/\(.name | split("/") | map(purl_part) | join("/"))@\(.version | purl_part)"
  else "pkg:deb/debian/\(.name | purl_part)@\(.version | purl_part)?arch=\(.path | capture("_(?<arch>[^_]*)[.]deb$").arch)" end;
def purl_reference: [{referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: .}];

def ours: $image[0].annotations["org.opencontainers.image.licenses"] // "NOASSERTION";
def maker: $image[0].annotations["org.opencontainers.image.vendor"] | if . then "Organization: \(.)" else "NOASSERTION" end;
def manifest: $report[0].manifest.sha256;

($licences | split("\n") | map(select(. != "") | split("\t") | {key: .[0], value: {declared: .[1], words: .[2]}}) | from_entries) as $licence |
($origins | split("\n") | map(select(. != "") | split("\t") | {key: "\(.[0])/\(.[1])", value: {kind: .[2], package: .[3]}}) | from_entries) as $origin |
($single | map({key: "\(.layer)/\(.path)", value: .from}) | from_entries) as $from |

def package: . as $package | ($licence["\(.name) \(.version)"] // $licence[.name] // {declared: "NOASSERTION", words: ""}) as $said | unknown + {
  SPDXID: package_id,
  name, versionInfo: .version,
  packageFileName: .path,
  supplier: (if .kind == "deb" then "Organization: Debian" else "NOASSERTION" end),
  filesAnalyzed: false,
  licenseDeclared: $said.declared,
  checksums: [checksum(.algorithm | ascii_upcase; .hex)],
  externalRefs: (purl | purl_reference)
} + if .kind == "deb" and $said.words != "" then {licenseComments: "The copyright file says of its files: \($said.words)"} else {} end;

def image_package: unknown + {
  SPDXID: image_id,
  name: $report[0].name,
  versionInfo: $version,
  supplier: maker,
  primaryPackagePurpose: "CONTAINER",
  filesAnalyzed: false,
  licenseDeclared: "NOASSERTION",
  checksums: [checksum("SHA256"; manifest), checksum("SHA384"; $report[0].manifest.sha384)],
  externalRefs: ("pkg:oci/\($report[0].name | ascii_downcase | purl_part)@sha256:\(manifest)?arch=\($report[0].platform.architecture)" | purl_reference)
};

def analysed: {filesAnalyzed: true, packageVerificationCode: {packageVerificationCodeValue: .code}};

def layer_package($layer): unknown + analysed + {
  SPDXID: (.name | layer_id),
  name: "\($report[0].name)/\(.name)",
  packageFileName: "blobs/sha256/\($layer.blob.sha256)",
  supplier: maker,
  primaryPackagePurpose: "ARCHIVE",
  licenseDeclared: "NOASSERTION",
  comment: "The packed layer. Unpacked, its SHA-256 is \($layer.diff_id.sha256), the diff ID.",
  checksums: [checksum("SHA256"; $layer.blob.sha256), checksum("SHA384"; $layer.blob.sha384)]
};

def sources_package: unknown + analysed + {
  SPDXID: sources_id,
  name: "kettle-dstack sources",
  versionInfo: $version,
  supplier: maker,
  primaryPackagePurpose: "SOURCE",
  licenseDeclared: ours
};

def file($id): {
  SPDXID: $id,
  fileName: "./\(.path)",
  checksums: [checksum("SHA1"; .sha1), checksum("SHA256"; .sha256)],
  copyrightText: "NOASSERTION",
  licenseConcluded: "NOASSERTION"
};

# Each file of a layer with what it was made from.
def in_layer($layer): . as $file | (.path | file_id($layer)) as $id | "\($layer)/\(.path)" as $key | $from[$key] as $from | $origin[$key] as $origin |
  file($id) + (if $from then {licenseConcluded: ours} else {} end) | {
    file: .,
    relations: [
      if $from == null and $origin then $id | relation("EXPANDED_FROM_ARCHIVE"; "SPDXRef-\($origin.kind)-\($origin.package | id)")
      elif $from == null then
        $packages[] | select(.layer == $layer and ($file.path != "etc/ssl/certs/ca-certificates.crt" or .name == "ca-certificates")) |
        package_id as $other | $id | relation("GENERATED_FROM"; $other)
      elif $from | startswith("build/") then $id | relation("GENERATED_FROM"; sources_id)
      else $id | relation("COPY_OF"; $from | source_id) end
    ]
  };

[$layers[] | .name as $name | .files[] | in_layer($name)] as $files |
{
  SPDXID: "SPDXRef-DOCUMENT",
  spdxVersion: "SPDX-2.3",
  dataLicense: "CC0-1.0",
  name: "\($report[0].name) \($version)",
  documentNamespace: "urn:kettle-dstack:sbom:sha256:\(manifest)",
  creationInfo: {created: ($epoch | todate), creators: ["Tool: kettle-dstack-\($version)"]},
  packages: (
    [image_package, ($layers[] | .name as $name | layer_package($report[0].layers[] | select(.name == $name))), ($sources[0] | sources_package)]
    + ([$packages[] | package] | unique_by(.SPDXID))),
  files: ([$files[].file] + [$sources[0].files[] | file(.path | source_id) + {licenseConcluded: ours, fileTypes: ["SOURCE"]}]),
  relationships: ([
    ("SPDXRef-DOCUMENT" | relation("DESCRIBES"; image_id)),
    ($layers[] | (.name | layer_id) as $layer | .name as $name |
      (image_id | relation("CONTAINS"; $layer)),
      ($packages[] | select(.layer == $name) | package_id as $package | $layer | relation("CONTAINS"; $package)),
      (.files[].path | file_id($name) as $file | $layer | relation("CONTAINS"; $file))),
    ($sources[0].files[].path | source_id as $file | sources_id | relation("CONTAINS"; $file)),
    ($packages[] | select(.layer == null) | package_id | relation("BUILD_TOOL_OF"; image_id))
  ] + [$files[].relations[]])
}
