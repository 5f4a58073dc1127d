// A TDX quote verified with WebCrypto, in Node and in a page: the quote's signature, what certifies its key, and the certificates up to a
// root that is given. No collateral is looked at: neither revocation nor TCB levels.
//
// spec: quote-spec.md 1.2, 1.3
const peer = require("./peer.cjs");

const AT = { teeType: 4, attributes: 168, mrtd: 184, reportData: 568, signed: 632, signature: 636, key: 700, certification: 764, qe: 770, qeSignature: 1154, qeAuthentication: 1218 };
const QE_REPORT_DATA = 320;
const P256 = { name: "ECDSA", namedCurve: "P-256" };

const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);
const number = (bytes, at, size) => bytes.subarray(at, at + size).reduceRight((sum, byte) => sum * 256 + byte, 0);
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

function demand(holds, what) {
	if (!holds) throw new Error(`quote: ${what}`);
}

// One DER value: {whole, inside, tag}, and where the next one begins.
function der(bytes, at = 0) {
	let size = bytes[at + 1];
	let start = at + 2;
	if (size & 0x80) {
		const count = size & 0x7f;
		size = bytes.subarray(start, start + count).reduce((sum, byte) => sum * 256 + byte, 0);
		start += count;
	}
	return { tag: bytes[at], whole: bytes.subarray(at, start + size), inside: bytes.subarray(start, start + size), next: start + size };
}

function children({ inside }) {
	const all = [];
	for (let at = 0; at < inside.length; at = all.at(-1).next) all.push(der(inside, at));
	return all;
}

const ascii = (bytes) => String.fromCharCode(...bytes);
// UTCTime or GeneralizedTime, in seconds.
function time({ tag, inside }) {
	const text = (tag === 0x17 ? "20" : "") + ascii(inside);
	const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text);
	return Date.UTC(y, mo - 1, d, h, mi, s) / 1000;
}

// r ‖ s of the DER signature in a BIT STRING.
function raw({ inside }) {
	const half = (it) => {
		const digits = it.inside.subarray(Math.max(0, it.inside.length - 32));
		return peer.concat(new Uint8Array(32 - digits.length), digits);
	};
	return peer.concat(...children(der(inside, 1)).map(half));
}

async function certificate(bytes) {
	const [signed, , signature] = children(der(bytes));
	const [, , , issuer, validity, subject, key] = children(signed);
	return {
		bytes, signed: signed.whole, signature: raw(signature), issuer: issuer.whole, subject: subject.whole, validity: children(validity).map(time),
		key: await crypto.subtle.importKey("spki", key.whole, P256, false, ["verify"]),
	};
}

function pem(text) {
	const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END/g) ?? [];
	return blocks.map((block) => Uint8Array.from(atob(block.replace(/-----[A-Z ]*/g, "").replace(/\s/g, "")), (it) => it.charCodeAt(0)));
}

const verify = (key, signature, bytes) => crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, bytes);

// The first certificate's, each signed by the next, the last one being the root.
async function verifyChain(chain, root, at) {
	demand(chain.length > 1 && same(chain.at(-1).bytes, root), "its certificates do not end in the root");
	for (const [i, it] of chain.entries()) {
		const issuer = chain[i + 1] ?? it;
		demand(same(it.issuer, issuer.subject) && (await verify(issuer.key, it.signature, it.signed)), `certificate ${i} is not the next one's`);
		demand(it.validity[0] <= at && at <= it.validity[1], `certificate ${i} is not valid at that time`);
	}
}

// expected: {reportData, root (PEM), at, mrtd?}. Returns the fields that were looked at.
async function verifyQuote(quote, expected) {
	demand(number(quote, 0, 2) === 4 && number(quote, AT.teeType, 4) === 0x81, "not of TDX in version 4");
	const authentication = number(quote, AT.qeAuthentication, 2);
	const chainAt = AT.qeAuthentication + 2 + authentication;
	demand(number(quote, AT.certification, 2) === 6 && number(quote, chainAt, 2) === 5, "its certificates are not in it");
	const text = ascii(quote.subarray(chainAt + 6, chainAt + 6 + number(quote, chainAt + 2, 4)));
	const chain = await Promise.all(pem(text).map(certificate));
	await verifyChain(chain, pem(expected.root)[0], expected.at);

	const qe = quote.subarray(AT.qe, AT.qeSignature);
	const key = quote.subarray(AT.key, AT.certification);
	demand(await verify(chain[0].key, quote.subarray(AT.qeSignature, AT.qeAuthentication), qe), "the QE's report is not signed by the PCK");
	const bound = await sha256(peer.concat(key, quote.subarray(AT.qeAuthentication + 2, chainAt)));
	demand(same(bound, qe.subarray(QE_REPORT_DATA, QE_REPORT_DATA + 32)), "the QE does not certify the key");
	const attestation = await crypto.subtle.importKey("raw", peer.concat([4], key), P256, false, ["verify"]);
	demand(await verify(attestation, quote.subarray(AT.signature, AT.key), quote.subarray(0, AT.signed)), "not signed by its key");

	demand((quote[AT.attributes] & 1) === 0, "its TD can be debugged");
	demand(same(expected.reportData, quote.subarray(AT.reportData, AT.signed)), "report data do not bind the key");
	const mrtd = Array.from(quote.subarray(AT.mrtd, AT.mrtd + 48), (byte) => byte.toString(16).padStart(2, "0")).join("");
	demand(!expected.mrtd || expected.mrtd === mrtd, "another MRTD");
	return { mrtd };
}

module.exports = { verifyQuote };
