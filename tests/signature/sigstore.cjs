// sigstore.cjs ENVELOPE PUBLIC.pub: the payload, when @sigstore/verify takes the envelope, in a bundle without a log, as signed
// with that key; else exit status 1. MODULES: the folder the packages are in.
const { readFileSync } = require("fs");
const { createPublicKey } = require("crypto");
const from = (name) => require(process.env.MODULES + "/@sigstore/" + name);
const { bundleFromJSON } = from("bundle");
const { Verifier, toSignedEntity, toTrustMaterial } = from("verify");
const [envelope, key] = process.argv.slice(2).map((path) => readFileSync(path, "utf8"));
const bundle = bundleFromJSON({
	mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
	verificationMaterial: { publicKey: { hint: JSON.parse(envelope).signatures[0].keyid }, tlogEntries: [] },
	dsseEnvelope: JSON.parse(envelope),
});
const root = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };
const trusted = toTrustMaterial(root, () => ({ publicKey: createPublicKey(key), validFor: () => true }));
try {
	new Verifier(trusted, { tlogThreshold: 0, ctlogThreshold: 0 }).verify(toSignedEntity(bundle));
	process.stdout.write(bundle.content.dsseEnvelope.payload);
} catch (error) {
	console.error(`${error.code}: ${error.message}`);
	process.exit(1);
}
