// SPDX-License-Identifier: MIT
// Shrinks a program while a test of it stays true.
//
// usage: import { shrink } from "./shrink.mjs"
//        await shrink(text, async (texts) => [true or false, ...]) -> the smallest text found that is true
//        The texts come smallest first. The answer may be shorter than the texts: the rest is false.
//
// All edits that make the program smaller are tried in one question, since a question costs seconds however
// long it is. Then the edits that kept the test true are tried together. This ends when no single edit works.
import { check, objectOf, parse, print, templateOf, waitables, walk } from "./program.mjs";

const MOST = 400;                           // candidates in one question

/* ---- size ---- */

const CHEAP = /^(await|sleep|spawn|call|log|cancel|with|lock|fifo)$/;
const weigh = (words) => words.reduce((sum, w) =>
  sum + (/^\d+$/.test(w) ? Math.min(Number(w), 50) : 10 + (CHEAP.test(w) ? 0 : 3)), 100);

function sizeOf(program) {
  let size = 0;
  for (const words of program.objects) size += weigh(words);
  for (const { body } of program.tasks) {
    size += 100;
    walk(body, ({ words, more }) => {
      size += weigh(words);
      for (const clause of more ?? []) size += weigh(clause.words);
    });
  }
  return size;
}

/* ---- edits ---- */

/** Numbers every statement and clause, so that an edit finds its place after other edits. */
function number(program) {
  let id = 0;
  for (const { body } of program.tasks)
    walk(body, (s) => {
      s.id = ++id;
      for (const clause of s.more ?? []) clause.id = ++id;
    });
  return program;
}

/** Replaces the statement (or, by undefined, the clause) with this id by what change(it) returns. */
function replace(program, id, change) {
  const inBody = (body) => body.flatMap((s) => {
    if (s.id === id) return change(s);
    if (!s.body) return [s];
    s.body = inBody(s.body);
    s.more = (s.more ?? []).flatMap((c) => {
      if (c.id === id) return change(c);
      c.body = inBody(c.body);
      return [c];
    });
    return [s];
  });
  for (const t of program.tasks) t.body = inBody(t.body);
}

const smaller = (n) => [...new Set([0, 1, n >> 1, n - 1])].filter((m) => m >= 0 && m < n);

/** Returns simpler words to try in place of these. */
function simpler(words) {
  const [op] = words;
  const out = [];
  const skip = op === "log" || op === "return" ? words.length : 1;
  words.forEach((w, i) => {
    if (i >= skip && /^\d+$/.test(w)) for (const n of smaller(Number(w))) out.push(words.with(i, String(n)));
  });
  if (op === "wait_for") out.push(["await", words[2]]);
  if (op === "shield") out.push(["await", words[1]]);
  if (op === "group_spawn") out.push(["spawn", ...words.slice(1)]);
  if (op === "gather" || op === "wait") {
    const names = waitables({ words });
    const head = words.slice(0, words.length - names.length);
    if (names.length > 1) names.forEach((_, i) => out.push([...head, ...names.toSpliced(i, 1)]));
    else out.push(["await", names[0]]);
    if (head[1] === "collect") out.push([op, ...names]);
    if (op === "wait" && head[2] !== "-") out.push([op, head[1], "-", ...names]);
  }
  return out;
}

/** Returns all single edits of a program: functions that change a copy of it. */
function edits(program) {
  const out = [];
  for (const { name } of program.tasks)
    if (name !== "main") out.push((p) => { p.tasks = p.tasks.filter((t) => t.name !== name); });
  program.objects.forEach((words) => {
    for (const other of simpler(words)) {
      out.push((p) => { p.objects = p.objects.map((o) => (o[1] === words[1] ? other : o)); });
    }
    if (words[3]) out.push((p) => { p.objects = p.objects.map((o) => (o[1] === words[1] ? words.slice(0, 3) : o)); });
  });
  const leaves = [];
  for (const { body } of program.tasks)
    walk(body, (s) => {
      const edit = (change, id = s.id) => out.push((p) => replace(p, id, change));
      edit(() => []);
      if (s.body) edit((x) => x.body);
      for (const clause of s.more ?? []) {
        edit(() => [], clause.id);
        edit((x) => x.more.find((c) => c.id === clause.id)?.body ?? []);
      }
      if (s.words[0] === "call") {
        const callee = program.tasks.find((t) => t.name === s.words[1]);
        out.push((p) => replace(p, s.id, () => structuredClone(p.tasks.find((t) => t.name === callee.name)?.body ?? [])));
      }
      for (const words of simpler(s.words)) leaves.push((p) => replace(p, s.id, (x) => [{ ...x, words }]));
    });
  return [...out, ...leaves];
}

/** Removes names without an object, and objects without a name in the program. */
function tidy(program) {
  for (let before = ""; before !== (before = print(program));) {
    const templates = new Set(program.tasks.map((t) => t.name));
    const labels = new Set(program.objects.filter(([kind]) => kind === "future").map(([, name]) => name)).add("main");
    const used = new Set(["main"]);
    for (const { body } of program.tasks)
      walk(body, (s) => {
        if (/spawn$/.test(s.words[0])) labels.add(s.words[3]);
        for (const name of [templateOf(s), objectOf(s), ...waitables(s)]) if (name) used.add(name);
      });
    const known = (x) => labels.has(x.replace(/\.\d+$/, ""));
    const keep = (s) => !(templateOf(s) && !templates.has(templateOf(s)));
    const inBody = (body) => body.filter(keep).flatMap((s) => {
      const names = waitables(s);
      if (names.some((x) => !known(x))) {
        const left = names.filter(known);
        if (!left.length || !/^(gather|wait)$/.test(s.words[0])) return [];
        s.words = [...s.words.slice(0, s.words.length - names.length), ...left];
      }
      if (!s.body) return [s];
      s.body = inBody(s.body);
      for (const clause of s.more ?? []) clause.body = inBody(clause.body);
      return s.words[0] === "try" && !s.more.length ? s.body : [s];
    });
    for (const t of program.tasks) t.body = inBody(t.body);
    program.tasks = program.tasks.filter((t) => used.has(t.name));
    program.objects = program.objects.filter((o) => used.has(o[1]));
  }
  return program;
}

/* ---- the search ---- */

export async function shrink(text, holds) {
  let best = tidy(number(parse(text)));
  const apply = (changes) => {
    const p = structuredClone(best);
    for (const change of changes) change(p);
    tidy(p);
    return check(p) || sizeOf(p) >= sizeOf(best) ? undefined : p;
  };
  /** Returns the candidates { changes, program } that keep the test true, smallest first. */
  const ask = async (candidates) => {
    const unique = [...new Map(candidates.map((c) => [print(c.program), c])).entries()]
      .sort(([, a], [, b]) => sizeOf(a.program) - sizeOf(b.program)).slice(0, MOST);
    const answers = await holds(unique.map(([t]) => t));
    return unique.filter((_, i) => answers[i]).map(([, c]) => c);
  };
  const candidatesOf = (sets) => sets.map((changes) => ({ changes, program: apply(changes) })).filter((c) => c.program);
  for (;;) {
    const single = await ask(candidatesOf(edits(best).map((edit) => [edit])));
    if (!single.length) return print(best);
    // The largest cuts together, or every k-th of them, since some of these nearly always work.
    const all = single.flatMap((c) => c.changes);
    const sets = [];
    for (let n = all.length; n > 1; n = Math.floor(n * 0.75))
      for (let from = 0; from < all.length; from += n) sets.push(all.slice(from, from + n));
    for (let k = 2; k < 6; k++) for (let from = 0; from < k; from++) sets.push(all.filter((_, i) => i % k === from));
    for (let i = 0; i < Math.min(all.length, 12); i++)
      for (let j = 0; j < i; j++) sets.push([all[j], all[i]]);
    const together = await ask(candidatesOf(sets.filter((s) => s.length > 1)));
    best = number((together[0] ?? single[0]).program);
  }
}
