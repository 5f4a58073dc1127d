# An artifact's manifest -> a line `HEX SIZE TITLE` for each of its layers. $type is the artifactType it has to have, $subject the
# digest it has to be about ("": any). Whatever else it is ends with one line that says what is wrong.
#
# spec: image-spec 1.1 manifest.md, "Guidelines for Artifact Usage"

def is_digest: type == "string" and test("\\Asha256:[0-9a-f]{64}\\z");
def is_size: type == "number" and . >= 0 and . <= 1e12 and . == floor;
def is_title: type == "string" and length <= 200 and test("\\A[A-Za-z0-9][A-Za-z0-9._/-]*\\z");

if type != "object" or .schemaVersion != 2 or .mediaType != "application/vnd.oci.image.manifest.v1+json" then
	error("is no image manifest")
elif .artifactType != $type then
	error("is not an artifact of the type it is listed with")
elif $subject != "" and (.subject | type != "object" or .digest != $subject) then
	error("is about another image")
elif (.layers | type) != "array" or (.layers | length) > 4096 then
	error("has no list of layers, or too long a one")
else
	.layers | to_entries[] | .key as $index | .value |
	if type == "object" and (.digest | is_digest) and (.size | is_size) and
			(.annotations | type == "object" and (.["org.opencontainers.image.title"] | is_title)) then
		"\(.digest[7:]) \(.size) \(.annotations["org.opencontainers.image.title"])"
	else
		error("layer \($index): has no digest, size or title that can be used")
	end
end
