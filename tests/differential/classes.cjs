// Where @phala/dcap-qvl 0.3.9 and this project differ over a quote, and which rule of quote-spec.md decides: it decides for
// us in every case. A difference belongs to the first class that fits it: what we say (as verdict.c prints it, with the text
// of the check that failed), what they say, and the name of the case where the two do not tell enough.
const accepts = /^accepts /;
const ours = (pattern) => new RegExp(`^refused ${pattern}`);

module.exports = [
	// They refuse what holds.
	{
		name: "sgx-in-version-4-and-5",
		rule: "2.1: SGX in version 3 alone is theirs; versions 4 and 5 carry it too (1.2)",
		ours: /./,
		theirs: /SGX TEE quote must have version 3/,
	},
	{
		name: "authentication-data-of-32-bytes",
		rule: "2.7, 5: the authentication data as long as they are; theirs are cut or padded to 32 bytes",
		ours: /^(holds|refused (8|1[0-6]) )/,
		theirs: /^refuses: QE report hash mismatch/,
	},
	{
		name: "levels-in-the-order-of-the-text",
		rule: "2.12, 5: levels are sorted; theirs are taken as they are written",
		ours: /^holds UpToDate/,
		theirs: /^refuses: TCB status is invalid: Revoked/,
		of: /reversed-levels/,
	},
	{
		name: "tcb-info-of-version-2",
		rule: "7.9, 5: TCB info of version 2 for SGX; theirs has no reader for it",
		ours: /^holds /,
		theirs: /^refuses: Failed to decode TcbInfo: .*reading 'map'/,
	},
	{
		name: "components-0-and-1-of-the-td",
		rule: "2.12: with a module identity, components 2 to 15 are compared; theirs are all 16",
		ours: /^(holds|refused 16 status-policy.status status-not-accepted) (UpToDate|OutOfDate|TDRelaunchAdvised)/,
		theirs: /^(refuses: TCB status is invalid: Revoked|accepts OutOfDate )/,
		of: /^td1|google-cos113-ccel/,
	},
	{
		name: "cpusvn-for-components",
		rule: "2.5: compared are the component SVNs of the PCK certificate, not its CPUSVN",
		ours: /^(holds UpToDate|refused 12 tcb-level.sgx no-level)/,
		theirs: /^(refuses: No matching TCB level found|accepts UpToDate)/,
		of: /cpu-svn/,
	},
	{
		name: "chain-of-the-collateral-preferred",
		rule: "7.5: with certification data of type 5 the chain in the collateral is ignored; theirs is taken before that in the quote",
		ours: /^(holds |refused 16 |refused (2|3) )/,
		theirs: /./,
		of: /with near-mpc/,
	},

	// They accept what is to be refused.
	{
		name: "trailing-bytes",
		rule: "7.1, 5: only zeros may follow",
		ours: ours("1 parse.quote trailing-bytes"),
		theirs: accepts,
	},
	{
		name: "lengths-that-do-not-close",
		rule: "1.3, 7.4, 5: lengths within the signature part close exactly, the body has its type's size",
		ours: ours("1 parse.quote (length|body-size|certification-length)\\b"),
		theirs: accepts,
	},
	{
		name: "certification-type-not-looked-at",
		rule: "2.1: inner types 1 to 5, outer type 6",
		ours: ours("1 parse.quote certification-type\\b"),
		theirs: accepts,
	},
	{ name: "qe-vendor", rule: "2.1, 5: the vendor id", ours: ours("1 parse.quote qe-vendor\\b"), theirs: accepts },
	{
		name: "text-around-certificates",
		rule: "7.2: PEM in one form alone",
		ours: ours("3 pck-chain.form malformed\t.*: (certificate \\d: (line|not base64|no END)|something else than line feeds)"),
		theirs: accepts,
	},
	{
		name: "form-of-certificates",
		rule: "7.3, 7.7, 2.5: DER, extensions known and once, 18 pairs of TCB, the SGX extension in the first alone",
		ours: ours("3 pck-chain.(form malformed|leaf-form critical-extension|leaf-form algorithm)"),
		theirs: accepts,
	},
	{
		name: "names-and-constraints-of-the-chain",
		rule: "2.3, 5: names, issuers, key ids, basic constraints, path length and key usage of PCK and intermediate",
		ours: ours("3 pck-chain.(leaf|intermediate)-(name|issuer|form) "),
		theirs: accepts,
	},
	{
		name: "leaf-of-type-4",
		rule: "7.5: a certificate of type 4 is the first of the chain",
		ours: ours("3 pck-chain.leaf-given leaf-mismatch"),
		theirs: accepts,
	},
	{
		name: "crls-not-verified",
		rule: "2.4, 7.8, 5: CRLs have a signature, an issuer, a window and a form; theirs are not checked, nor need they be CRLs",
		ours: ours("(4 crls.(root|pck)-(form|issuer|signature|window)\\b|0 collateral malformed\t(root_ca|pck)_crl: )"),
		theirs: accepts,
	},
	{
		name: "qe-report-data-half",
		rule: "2.7: the second half of the QE's report data is zero",
		ours: ours("7 key-binding.rest "),
		theirs: accepts,
	},
	{
		name: "any-signer",
		rule: "4, 7.7, 5: documents are signed by \"Intel SGX TCB Signing\", in a chain of two; theirs by any below the root",
		ours: ours("(8 qe-identity|10 tcb-info).signer-(chain|name|issuer|form|window) "),
		theirs: accepts,
	},
	{
		name: "form-of-documents",
		rule: "7.6, 7.9, 7.10: versions, members once, 16 components up to 65535, statuses that there are",
		ours: ours("(8 qe-identity|10 tcb-info).(form|type) "),
		theirs: accepts,
	},
	{ name: "pceid", rule: "2.10, 5: pceId is the PCK's", ours: ours("10 tcb-info.pce-id "), theirs: accepts },
	{ name: "tdx-module", rule: "2.11, 7.9, 5: signer, attributes, identity and level of the TDX module", ours: ours("11 tdx-module."), theirs: accepts },
	{
		name: "module-status",
		rule: "2.13: the status of the module's level counts",
		ours: ours("16 status-policy.status status-not-accepted "),
		theirs: /^accepts UpToDate/,
		of: /\/module-(revoked|outdated)/,
	},
	{
		name: "attributes-by-name",
		rule: "7.12: LASS, MIGRATABLE, PKS, KL and PERFMON must be clear unless allowed",
		ours: ours("15 td-policy.attributes attribute-not-allowed"),
		theirs: accepts,
	},
	{
		name: "level-by-components",
		rule: "2.5, 2.12: the component SVNs reach no level, and the CPUSVN is not asked",
		ours: ours("12 tcb-level.sgx no-level"),
		theirs: accepts,
	},
];
