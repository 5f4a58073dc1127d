# The parts of measurements.json from what mk/measurements.sh collected.

# What an attacker would have to change to change what runs: programs, shared libraries, scripts.
def runs: .type == "file" and ((.mode | test("[1357]")) or (.path | test("\\.so(\\.[0-9.]+)?$|\\.m?js$")));

def not_computed($why): {status: "not computed", reason: $why};

{
  schema: "kettle-dstack/measurements/1",
  image: $report[0],
  inputs: {
    image_definition: $definition,
    build_root: $builder,
    workspace: $workspace,
    tools: $tools,
    rules: $rules,
    locks: $locks
  },
  application: ([
    $files[] | .layer as $layer | .entries[] | select(runs)
    | {path: ("/" + .path), layer: $layer, package: ($origins[0][.path] // "workspace"), size, sha256, sha384}
  ] | sort_by(.path)),
  deployment: not_computed("no deployment was given"),
  tdx: not_computed("no OS image and VM shape were given")
}
