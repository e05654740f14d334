// SPDX-License-Identifier: MIT
// Runs random programs in a trace interpreter and in the reference, and shrinks programs that differ.
//
// usage: node compare.mjs SEED COUNT CONFORM [FAMILY]
//
// `CONFORM -` reads a program from standard input and prints its trace. It must exit with 0 within 5 s;
// anything else is a difference. Without FAMILY, each program is of the next family. Exit 0: no difference.
import { existsSync } from "node:fs";
import path from "node:path";
import { conform } from "./conform.mjs";
import { familyNames, generate } from "./generate.mjs";
import { traces } from "./oracle.mjs";
import { shrink } from "./shrink.mjs";

const CHUNK = 600, SHOWN = 5, PATIENCE_MS = 5000, IMPATIENCE_MS = 400;

const [seed, count, program, family] = process.argv.slice(2);
if (!program || !(Number(count) > 0) || (family && !familyNames.includes(family)) || !existsSync(program)) {
  console.error(`usage: node compare.mjs SEED COUNT CONFORM [FAMILY]\n       FAMILY: ${familyNames.join(", ")}`);
  process.exit(2);
}
const command = path.resolve(program);
process.on("uncaughtException", (error) => { console.error(error.message); process.exit(2); });

const progress = (text) => { if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`); };

/** Returns how an interpreter's answer differs from the reference's lines, or "" if it does not. */
const difference = (lines, answer) =>
  answer.end ? answer.end.split(":")[0] : lines.join("\n") === answer.lines.join("\n") ? "" : "trace";

/** Returns [{ lines, answer, how }] for texts. `lines` is null where the reference has no trace. */
async function compare(texts, ms, timeouts) {
  const expected = await traces(Object.fromEntries(texts.map((t, i) => [i, t])));
  const answers = await conform(command, texts, ms, timeouts);
  return texts.map((_, i) => ({
    lines: expected[i], answer: answers[i], how: expected[i] && answers[i] && difference(expected[i], answers[i]),
  }));
}

function sideBySide(lines, answer) {
  const width = Math.max(24, ...lines.map((l) => l.length)) + 2;
  const row = (mark, a, b) => `  ${mark} ${a.padEnd(width)}${b}`.trimEnd();
  const theirs = [...answer.lines, ...(answer.end ? [`(${answer.end})`] : [])];
  const rows = [row(" ", "reference", path.basename(command))];
  for (let i = 0; i < Math.max(lines.length, theirs.length); i++)
    rows.push(row(lines[i] === theirs[i] ? " " : "!", lines[i] ?? "", theirs[i] ?? ""));
  return rows.join("\n");
}

async function show({ name, text, how }) {
  const small = await shrink(text, async (texts) => {
    progress(`${name}: ${texts.length} smaller ones`);
    return (await compare(texts, IMPATIENCE_MS, 6)).map((c) => c.how === how);
  });
  const [{ lines, answer }] = await compare([small], PATIENCE_MS);
  progress("");
  console.log(`=== ${name} (${how})\n${small}---\n${sideBySide(lines, answer)}\n`);
}

const different = [];
let skipped = 0;
for (let from = 0; from < Number(count); from += CHUNK) {
  progress(`${from} of ${count} programs, ${different.length} differ`);
  const names = [], texts = [];
  for (let i = from; i < Math.min(from + CHUNK, Number(count)); i++) {
    const f = family ?? familyNames[i % familyNames.length];
    names.push(`seed ${seed}, index ${i}, family ${f}`);
    texts.push(generate(seed, i, f));
  }
  (await compare(texts, PATIENCE_MS)).forEach(({ lines, how }, i) => {
    if (!lines) skipped++;
    else if (how) different.push({ name: names[i], text: texts[i], how });
  });
}
for (const one of different.slice(0, SHOWN)) await show(one);
progress("");
console.log(`${count} programs, ${different.length} differ, ${skipped} skipped`);
process.exitCode = different.length ? 1 : 0;
