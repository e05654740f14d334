// SPDX-License-Identifier: MIT
// Trace programs as trees: reads, writes and checks them. A program must be well formed and bounded.
//
// usage: import { parse, print, check, walk } from "./program.mjs"
//
// A program is { objects: [[KIND, NAME, ...]], tasks: [{ name, body }] }. A statement is { words }, a
// block { words, body, more } where `more` holds the catch and finally clauses of a try: { words, body }.

/** What each word of a statement names, by position. A missing word is not a name. */
const WAITABLES = {
  cancel: (w) => [w[1]],
  await: (w) => [w[1]],
  shield: (w) => [w[1]],
  on_done: (w) => [w[1]],
  state: (w) => [w[1]],
  wait_for: (w) => [w[2]],
  gather: (w) => w.slice(w[1] === "collect" ? 2 : 1),
  wait: (w) => w.slice(3),
};

const LOCKS = ["lock", "semaphore", "bounded", "condition"];
const OBJECTS = {
  acquire: LOCKS, release: LOCKS, locked: LOCKS, with: LOCKS,
  set: ["event"], clear: ["event"], wait_event: ["event"],
  wait_condition: ["condition"], notify: ["condition"], notify_all: ["condition"],
  wait_barrier: ["barrier"], reset: ["barrier"], abort: ["barrier"],
  put: ["queue"], get: ["queue"], put_nowait: ["queue"], get_nowait: ["queue"],
  task_done: ["queue"], join: ["queue"],
  set_result: ["future"], set_error: ["future"],
};

/** Returns the labels and futures that a statement refers to. */
export const waitables = ({ words }) => WAITABLES[words[0]]?.(words) ?? [];

/** Returns the name of the shared object that a statement uses, if any. */
export const objectOf = ({ words }) => (words[0] in OBJECTS ? words[1] : undefined);

/** Returns the template that a statement starts or calls. */
export const templateOf = ({ words }) =>
  ["spawn", "group_spawn", "call"].includes(words[0]) ? words[1] : undefined;

/** Calls visit(statement) for every statement of a block, outer ones first. */
export function walk(body, visit) {
  for (const statement of body) {
    visit(statement);
    if (!statement.body) continue;
    walk(statement.body, visit);
    for (const clause of statement.more ?? []) walk(clause.body, visit);
  }
}

export function parse(text) {
  const lines = text.split("\n").map((l) => l.split("#")[0].trim().split(/\s+/)).filter((w) => w[0]);
  let at = 0;
  const block = () => {
    const body = [];
    while (lines[at][0] !== "}") {
      const words = lines[at++];
      if (words.at(-1) !== "{") {
        body.push({ words });
        continue;
      }
      const statement = { words: words.slice(0, -1), body: block(), more: [] };
      while (lines[at].length > 1) {
        const clause = lines[at++].slice(1, -1);
        statement.more.push({ words: clause, body: block() });
      }
      at++;
      body.push(statement);
    }
    return body;
  };
  const program = { objects: [], tasks: [] };
  while (at < lines.length) {
    const words = lines[at++];
    if (words[0] === "task") {
      program.tasks.push({ name: words[1], body: block() });
      at++;
    } else {
      program.objects.push(words);
    }
  }
  return program;
}

export function print({ objects, tasks }) {
  const out = objects.map((words) => words.join(" "));
  const block = (body, indent) => {
    for (const { words, body: inner, more } of body) {
      out.push(indent + words.join(" ") + (inner ? " {" : ""));
      if (!inner) continue;
      block(inner, indent + "  ");
      for (const clause of more ?? []) {
        out.push(`${indent}} ${clause.words.join(" ")} {`);
        block(clause.body, indent + "  ");
      }
      out.push(indent + "}");
    }
  };
  for (const { name, body } of tasks) {
    out.push(`task ${name} {`);
    block(body, "  ");
    out.push("}");
  }
  return out.join("\n") + "\n";
}

/** Returns the first error of a program, or undefined: names, group_spawn, finally, bounded recursion. */
export function check({ objects, tasks }) {
  const kinds = new Map(objects.map(([kind, name]) => [name, kind]));
  const templates = new Map(tasks.map((t) => [t.name, t]));
  if (!templates.has("main")) return "no main";
  const labels = new Set(["main"]);
  for (const { body } of tasks)
    walk(body, ({ words }) => { if (/spawn$/.test(words[0])) labels.add(words[3]); });

  const problems = [];
  for (const [kind, name, value] of objects)
    if (kind === "barrier" && Number(value) < 1) problems.push(`${name}: a barrier of none`);
  // Each template is checked once inside of a group and once outside, if it is reached so.
  const seen = new Set();
  const enter = (name, grouped, path) => {
    if (!templates.has(name)) return problems.push(`no template ${name}`);
    if (path.includes(name)) return problems.push(`${name} reaches itself`);
    if (seen.has(name + grouped)) return;
    visit(templates.get(name).body, grouped, false, [...path, name]);
    seen.add(name + grouped);
  };
  const visit = (body, grouped, final, path) => {
    for (const statement of body) {
      const [op, ...args] = statement.words;
      const object = objectOf(statement);
      if (object !== undefined && !OBJECTS[op].includes(kinds.get(object)))
        problems.push(`${op} ${object}: no such ${OBJECTS[op].join(" or ")}`);
      for (const x of waitables(statement))
        if (kinds.get(x) !== "future" && !labels.has(x.replace(/\.\d+$/, "")))
          problems.push(`${op} ${x}: names nothing`);
      if (op === "group_spawn" && !grouped) problems.push("group_spawn without a group");
      if (op === "return" && final) problems.push("return in finally");
      if (op === "spawn" || op === "group_spawn") enter(args[0], false, path);
      if (op === "call") enter(args[0], grouped, path);
      if (op === "try" && !statement.more.length) problems.push("try alone");
      if ((op === "gather" || op === "wait") && !waitables(statement).length)
        problems.push(`${op} of nothing`);
      if (!statement.body) continue;
      visit(statement.body, grouped || op === "group", final, path);
      for (const clause of statement.more ?? [])
        visit(clause.body, grouped, final || clause.words[0] === "finally", path);
    }
  };
  enter("main", false, []);
  for (const name of templates.keys())
    if (!seen.has(name + false) && !seen.has(name + true)) problems.push(`${name} is unused`);
  return problems[0];
}
