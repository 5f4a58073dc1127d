// attack.cjs URL VERSION [at-once] [NAME...]: attacks of tests/tunnel/client_attacks.cjs, or all of them, one after the other or each on
// connections of its own at once (for those that get no answer, which then need not come in time); of each a line:
// its name, whether the connection was alive afterwards, how many answers it got, the code it was closed with, and what else there is.
const attacks = require("../../tunnel/client_attacks.cjs");

const [url, version, ...names] = process.argv.slice(2);
const atOnce = names[0] === "at-once" && names.shift();
const settings = { version: Number(version), judge() {} };

async function main() {
	const wanted = names.length ? names : Object.keys(attacks);
	const begun = atOnce ? wanted.map((name) => attacks[name](url, settings)) : [];
	for (const [i, name] of wanted.entries()) {
		const { alive, answers, closed, ...more } = await (begun[i] ?? attacks[name](url, settings));
		console.log(name, alive ? "alive" : "dead", answers, closed, ...(Object.keys(more).length ? [JSON.stringify(more)] : []));
	}
	process.exit(0);
}
main();
