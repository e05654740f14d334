// SPDX-License-Identifier: MIT
// Makes traces of programs with the reference (CPython 3.14 in pyodide; reference/trace.mjs).
//
// usage: import { traces } from "./oracle.mjs"; await traces({ name: text }) -> { name: [line, ...] or null }
//        null: the program is outside the language (tasks await in a circle), or the reference died or hung
//        WEFT_PYODIDE names a folder in which pyodide is installed (npm install pyodide@314);
//        its default is the current working folder.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("reference/trace.mjs", import.meta.url));
const BATCH = 300, CHILDREN = 2;
const START_MS = 20_000, PROGRAM_MS = 50;       // how long a child may take

function pyodideFolder() {
  const folder = path.resolve(process.env.WEFT_PYODIDE || ".");
  try {
    createRequire(path.join(folder, "x.js")).resolve("pyodide");
  } catch {
    throw new Error(`no pyodide in ${folder}: npm install pyodide@314 there, or set WEFT_PYODIDE`);
  }
  return folder;
}

/** Runs one child over some files. Returns { file: lines or null }, or undefined if it died or hung. */
const runChild = (files, cwd) => new Promise((resolve) => {
  const twice = files.length === 1 ? [...files, ...files] : files;    // a lone file gives no JSON
  const options = { cwd, maxBuffer: 2 ** 30, killSignal: "SIGKILL", timeout: START_MS + PROGRAM_MS * files.length };
  execFile(process.execPath, [SCRIPT, ...twice], options, (error, stdout) => {
    try {
      resolve(error ? undefined : JSON.parse(stdout));
    } catch {
      resolve(undefined);
    }
  });
});

export async function traces(programs) {
  const cwd = pyodideFolder();
  const names = Object.keys(programs);
  const folder = await mkdtemp(path.join(tmpdir(), "weft-traces-"));
  try {
    const file = (i) => path.join(folder, `${i}.txt`);
    await Promise.all(names.map((name, i) => writeFile(file(i), programs[name])));
    // Even a few programs are split among the children, while that saves time.
    const size = Math.min(BATCH, Math.max(50, Math.ceil(names.length / CHILDREN)));
    const batches = [];
    for (let i = 0; i < names.length; i += size)
      batches.push(names.slice(i, i + size).map((_, k) => i + k));
    const lines = Array(names.length).fill(null);
    const child = async () => {
      while (batches.length) {
        const batch = batches.shift();
        const answer = await runChild(batch.map(file), cwd);
        if (answer) {
          for (const i of batch) lines[i] = answer[file(i)];
        } else if (batch.length > 1) {
          const half = batch.length >> 1;
          batches.push(batch.slice(0, half), batch.slice(half));
        } else {
          console.error(`reference: no trace of ${names[batch[0]]}, it dies or hangs`);
        }
      }
    };
    await Promise.all(Array.from({ length: CHILDREN }, child));
    return Object.fromEntries(names.map((name, i) => [name, lines[i]]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
