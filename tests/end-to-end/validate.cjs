// validate.cjs SCHEMA DOCUMENT: 0 when it holds, 1 and a line for each reason when not, 70 when that cannot be said. MODULES: the
// folder ajv is in.
process.on("uncaughtException", (error) => {
  console.error(error.message);
  process.exit(70);
});
const { readFileSync } = require("fs");
const Ajv = require(process.env.MODULES + "/ajv/dist/2020");
const [schema, document] = process.argv.slice(2).map((path) => JSON.parse(readFileSync(path)));
const validate = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);
const holds = validate(document);
for (const error of validate.errors ?? []) console.log(`${error.instancePath}: ${error.message}`);
process.exit(holds ? 0 : 1);
