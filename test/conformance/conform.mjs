// Runs a trace interpreter over programs.
//
// usage: import { conform } from "./conform.mjs"
//        await conform("path/of/conform", [text, ...], ms) -> [{ lines, end }, ...]
//        `end` is "" for a whole trace, else what happened instead: "exit 2: MESSAGE", "SIGSEGV", "timeout".
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
  child.stdin.on("error", () => {});       // it may end without having read everything
  child.stdin.end(text);
});

export async function conform(command, texts, ms) {
  const answers = [];
  let next = 0;
  const worker = async () => {
    while (next < texts.length) {
      const i = next++;
      answers[i] = await runOne(command, texts[i], ms);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return answers;
}
