# The predicate of a rebuild (docs/schema/rebuild-1.json) from what was rebuilt: measurements.json, its SHA-256, and provenance.json.
{
  $commit,
  parameters: ($provenance[0].buildDefinition.externalParameters | del(.commit)),
  inputs,
  image: (.image | {manifest: .manifest.sha256, config: .config.sha256, layers: [.layers[].blob.sha256]}),
  $measurements
}
