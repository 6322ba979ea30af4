// Reads a JSON list of statements, writes a JSON list with the faults found in each.
const folder = process.argv[2];
const judge = require(`${folder}/node_modules/@learninglocker/xapi-validation`).default;
const statements = JSON.parse(require("fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(statements.map((statement) => judge(statement))));
