# The parts of measurements.json from what mk/measurements.sh collected.

# What an attacker would have to change to change what runs: programs, shared libraries, scripts.
def runs: .type == "file" and ((.mode | test("[1357]")) or (.path | test("\\.so(\\.[0-9.]+)?$|\\.m?js$")));

def not_computed($why): {status: "not computed", reason: $why};

{
  schema: "kettle-dstack/measurements/1",
  image: $report[0],
  inputs: $inputs[0],
  application: ([
    $files[] | .layer as $layer | .entries[] | select(runs)
    | {path: ("/" + .path), layer: $layer, package: ($origins[0][.path] // "workspace"), size, sha256, sha384}
  ] | sort_by(.path)),
  deployment: (if $deployment == [] then not_computed("the image has no deploy/docker-compose.yml") else
    ($deployment[0] | {compose_hash, app_id, mr_config_id, key_provider, warnings}) + {
      app_compose: ($app_compose + {size: $deployment[0].size}),
      allowed_envs: $deployment[0].allowed_envs,
      dstack: $dstack,
      image: $reference,
      manifest: ($manifest[0] // not_computed("no manifest was given: KETTLE_MANIFEST is set from outside"))
    } end),
  tdx: (if $deployment == [] and $machines == [] then not_computed("no deployment; \($why_no_vms)") else {
    os_image: ($machines[0].os_image // not_computed($why_no_vms)),
    rtmr3: ($runtime[0] // not_computed("the image has no deploy/docker-compose.yml")),
    vms: [$machines[] | del(.os_image)]
  } end)
}
