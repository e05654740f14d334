// SPDX-License-Identifier: MIT
// Writes a text file of random programs, with their traces by the reference.
//
// usage: node pack.mjs SEED COUNT FAMILY FILE [NAME-PREFIX]
//
// The file holds, for each program, a line "=== NAME", its text, a line "---", and its trace.
// NAME is NAME-PREFIX (default: FAMILY and a dash) and the program's index, as in generate(SEED, index,
// FAMILY). Programs without a trace, or with a trace shorter than SHORTEST lines, are left out.
import { writeFileSync } from "node:fs";
import { familyNames, generate } from "./generate.mjs";
import { traces } from "./oracle.mjs";

const SHORTEST = 6;

const [seed, count, family, file, prefix = `${family}-`] = process.argv.slice(2);
if (!file || !(Number(count) > 0) || !familyNames.includes(family)) {
  console.error(`usage: node pack.mjs SEED COUNT FAMILY FILE [NAME-PREFIX]\n       FAMILY: ${familyNames.join(", ")}`);
  process.exit(2);
}

process.on("uncaughtException", (error) => { console.error(error.message); process.exit(2); });

const packed = [];
for (let next = 0; packed.length < Number(count);) {
  const size = Math.ceil((Number(count) - packed.length) * 1.15) + 5;
  const programs = {};
  for (const end = next + size; next < end; next++)
    programs[prefix + String(next).padStart(5, "0")] = generate(seed, next, family);
  for (const [name, lines] of Object.entries(await traces(programs)))
    if (lines?.length >= SHORTEST) packed.push(`=== ${name}\n${programs[name]}---\n${lines.join("\n")}\n`);
}
writeFileSync(file, packed.slice(0, Number(count)).join(""));
