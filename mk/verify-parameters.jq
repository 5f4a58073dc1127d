# What make is told for a rebuild, a line a variable, from a provenance. A statement that is signed is still somebody else's text:
# each value has to be of the form that a build takes, of which nothing means anything to make or to a shell.

def held($name; $pattern): if type == "string" and test("\\A(\($pattern))\\z") then . else
  error("\($name): \(tojson[:200]) is not what a build takes") end;
def words($pattern): "(\($pattern))( (\($pattern)))*";

.buildDefinition | if .buildType != "urn:kettle-dstack:make:1" then error("buildType: not urn:kettle-dstack:make:1") else . end |
.externalParameters | if type == "object" then . else error("externalParameters: not an object") end |
(.vm | if type == "array" then map(held("vm"; "[A-Za-z0-9][A-Za-z0-9._-]{0,99}")) else error("vm: not a list") end) as $vm |
"IMAGE=\(.image | held("image"; "[a-z0-9]+([._-][a-z0-9]+)*"))",
"COMPRESSION=\(.compression | held("compression"; "gzip|zstd|none"))",
"REGISTRY=\(.registry | held("registry"; "[A-Za-z0-9][A-Za-z0-9._:-]*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*"))",
"DSTACK=\(.dstack | held("dstack"; "[0-9]+([.][0-9]+){0,3}([.-][A-Za-z0-9]+)*"))",
"FORM=\(.form | held("form"; "vmm-cli|sdk|phala"))",
"DEPLOY_OPTIONS=\(.deploy_options | held("deploy_options"; "|" + words("--[a-z][a-z-]*|[A-Za-z0-9_][A-Za-z0-9_./:@=-]*")))",
"KEY_PROVIDER=\(.key_provider // "" | held("key_provider"; "[ -~]*") | if test("[$`'\\\\#]") then error("key_provider: it has a character that a build does not take") else . end)",
"VM=\($vm | map("build/verify/given/vm/\(.).json") | join(" "))",
"MANIFEST=\(if .manifest then "build/verify/given/manifest.json" else "" end)",
"OS_IMAGE=\(if .os_image then "build/verify/given/os-image" else "" end)",
"COMMIT=\(.commit // "" | held("commit"; "([0-9a-f]{40}|[0-9a-f]{64})?"))"
