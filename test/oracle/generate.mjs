// SPDX-License-Identifier: MIT
// Writes random trace programs. A program depends on its seed, index and family only.
//
// usage: node generate.mjs SEED COUNT FOLDER [FAMILY]     writes FOLDER/NNNNN.txt
//        import { generate } from "./generate.mjs"; generate(seed, index, family) -> text
//        Families: see families.mjs. Without FAMILY, each program is of the next family.
import { mkdirSync, realpathSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { families } from "./families.mjs";
import { check, print } from "./program.mjs";
import { Writer } from "./writer.mjs";

export const familyNames = Object.keys(families);

export function generate(seed, index, family) {
  if (!(family in families)) throw new Error(`no family ${family}: ${familyNames.join(", ")}`);
  const program = new Writer(`${seed}/${index}/${family}`, families[family]).program();
  const problem = check(program);
  if (problem) throw new Error(`${seed} ${index} ${family}: ${problem}`);
  return print(program);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [seed, count, folder, family] = process.argv.slice(2);
  if (!folder || !Number(count)) {
    console.error("usage: node generate.mjs SEED COUNT FOLDER [FAMILY]");
    process.exit(2);
  }
  mkdirSync(folder, { recursive: true });
  for (let i = 0; i < Number(count); i++)
    writeFileSync(path.join(folder, String(i).padStart(5, "0") + ".txt"),
      generate(seed, i, family ?? familyNames[i % familyNames.length]));
}
