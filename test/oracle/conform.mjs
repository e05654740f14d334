// SPDX-License-Identifier: MIT
// Runs a trace interpreter over programs.
//
// usage: import { conform } from "./conform.mjs"
//        await conform("path/of/conform", [text, ...], ms) -> [{ lines, end }, ...]
//        `end` is "" for a whole trace, else what happened instead: "exit 2: MESSAGE", "SIGSEGV", "timeout".
//        A fourth argument is the number of timeouts after which the rest is left out (undefined).
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";

const runOne = (command, text, ms) => new Promise((resolve) => {
  const child = spawn(command, ["-"]);
  const out = { stdout: "", stderr: "" };
  for (const name of Object.keys(out))
    child[name].setEncoding("utf8").on("data", (piece) => { if (out[name].length < 1e7) out[name] += piece; });
  let late = false;
  const timer = setTimeout(() => { late = true; child.kill("SIGKILL"); }, ms);
  const finish = (end) => {
    clearTimeout(timer);
    resolve({ lines: out.stdout ? out.stdout.replace(/\n$/, "").split("\n") : [], end });
  };
  child.on("error", (error) => finish(error.message));
  child.on("close", (code, signal) =>
    finish(late ? "timeout" : signal ?? (code ? `exit ${code}: ${out.stderr.trim().split("\n")[0]}` : "")));
  child.stdin.on("error", () => {});       // the interpreter may end before it has read everything
  child.stdin.end(text);
});

export async function conform(command, texts, ms, timeouts = Infinity) {
  const answers = Array(texts.length);
  let next = 0;
  const worker = async () => {
    while (next < texts.length && timeouts > 0) {
      const i = next++;
      answers[i] = await runOne(command, texts[i], ms);
      if (answers[i].end === "timeout") timeouts--;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return answers;
}
