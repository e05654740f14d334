// SPDX-License-Identifier: MIT
// Writes one random program: its tasks, the labels that they use, and a bound on its length.
// The bodies consist of snippets (snippets/), by the weights of a family (families.mjs).
//
// usage: import { Writer } from "./writer.mjs"; new Writer("any text", family).program()
//
// Templates are ordered. They start, call and await later templates only, so a program ends and (nearly)
// never awaits in a circle. When the body of a template is written, the number of its runs is known,
// which bounds the trace. There are few different times and objects, so that many events coincide.
//
// A context, `ctx`, is the place of a statement. t: index of its template; depth: of blocks; runs: how
// often it runs at most; grouped: there is a group to spawn into; final: it is in a finally.
import { waitables, walk } from "./program.mjs";
import { random } from "./random.mjs";
import { core } from "./snippets/core.mjs";
import { groups } from "./snippets/groups.mjs";
import { joins } from "./snippets/joins.mjs";
import { queues } from "./snippets/queues.mjs";
import { sync } from "./snippets/sync.mjs";

const SIZES = {
  small: { templates: [2, 3], tasks: 4, lines: 35, body: [2, 4] },
  medium: { templates: [3, 4], tasks: 6, lines: 75, body: [3, 6] },
  large: { templates: [4, 7], tasks: 8, lines: 170, body: [4, 8] },
};
const AWAITING = ["await", "shield", "wait_for", "gather", "wait"];
/** Snippets that may block for ever. */
const ENDLESS = new Set(["section", "hold", "wait_event", "condition_wait", "wait_barrier", "get", "put", "join",
  "produce", "consume", "gather", "await", "shield", "wait"]);
const LETTER = {
  lock: "L", semaphore: "S", bounded: "B", event: "E", condition: "C", barrier: "W", queue: "Q", future: "F",
};
const MOST = { future: 3, lock: 2, queue: 2, event: 2 };
const VALUES = {
  semaphore: [0, 1, 1, 1, 2, 2, 3], bounded: [1, 1, 2, 2, 0], barrier: [2, 2, 2, 3, 3, 1], queue: [0, 0, 1, 1, 2, 3],
};

/** Returns how deep blocks are nested in a list of statements. */
const height = (body) => Math.max(0, ...body.filter((s) => s.body)
  .map((s) => 1 + Math.max(height(s.body), ...(s.more ?? []).map((c) => height(c.body)))));

export class Writer {
  constructor(key, family) {
    this.r = random(key);
    this.family = family;
    this.size = SIZES[this.r.weighted({ small: 30, medium: 45, large: 25 })];
    this.depth = family.depth ?? 4;         // of blocks in a template, and of calls
    this.objects = [];
    this.labels = new Map();                // label -> { t: the first template it may name; sure; over: the tasks that saw it end }
    this.tasks = 1;
    this.words = 0;
    this.chained = this.r.chance(family.chain ?? 0);
    this.templates = Array.from({ length: this.r.int(...this.size.templates) + 1 }, (_, i) =>
      ({ name: i ? `T${i}` : "main", runs: i ? 0 : 1, calls: 0, own: i ? [] : ["main"], helper: false, body: [] }));
    // Helpers spawn into their caller's group: they can only be called, and only in one.
    if (family.snippets.group_spawn)
      for (const t of this.templates.slice(2)) t.helper = this.r.chance(0.25);
  }

  program() {
    let lines = this.size.lines;
    this.templates.forEach((template, t) => {
      if (!template.runs) return;
      const share = t ? lines / (this.templates.length - t) : lines * 0.4;
      this.lines = Math.max(share, 2 * template.runs);
      lines -= this.lines;
      const ctx = { t, depth: 0, runs: template.runs, grouped: template.helper, final: false };
      template.body = t ? this.body(ctx) : this.main(ctx);
      lines += Math.max(0, this.lines);
    });
    const tasks = this.templates.filter((t) => t.runs);
    this.provide(tasks);
    this.misname(tasks);
    if (this.watch) tasks.push(this.watch);
    this.hunt(tasks);
    return { objects: this.objects, tasks: tasks.map(({ name, body }) => ({ name, body })) };
  }

  /* ---- bodies ---- */

  main(ctx) {
    const { r } = this;
    const body = r.chance(0.1) ? this.instant(ctx) : [];
    if (r.chance(this.family.grouped ?? 0)) body.push(...(this.group({ ...ctx, first: true }) ?? []));
    for (let i = 0; i < 3 && this.labels.size < 2; i++) body.push(...this.everybody(ctx));
    body.push(...this.block(ctx, r.int(...this.size.body)));
    if (!/^(raise|return)$/.test(body.at(-1).words[0])) body.push(...this.relief(ctx), ...this.ending(ctx));
    return this.watched(ctx, body);
  }

  /** Starts one or two tasks of most templates in the same tick. */
  everybody(ctx) {
    const { r } = this;
    const out = [];
    for (let t = 1; t < this.templates.length; t++) {
      const times = Number(r.weighted({ 0: t > 1 ? 3 : 0, 1: 6, 2: 2 }));
      for (let i = 0; i < times; i++) out.push(...(this.start({ ...ctx, sure: true }, "spawn", t) ?? []));
      if (times && r.chance(0.08)) out.push(...this.instant(ctx));
    }
    return out;
  }

  ending(ctx) {
    const { r } = this;
    const labels = [...this.labels.keys()];
    const careful = (statement) => (r.chance(0.85) ? this.guard(ctx, [statement]) : [statement]);
    const gather = this.family.snippets.gather ? 25 : 0;
    switch (r.weighted({ sleep: 44, await: 32, gather, nothing: 10, return: 5 })) {
      case "sleep": return this.one(ctx, "sleep", r.pick([10, 10, 20, 30]));
      case "await": return labels.filter(() => r.chance(0.75)).flatMap((l) => careful(this.s(ctx, "await", l)));
      case "gather":
        return labels.length ? careful(this.s(ctx, "gather", ...(r.chance(0.7) ? ["collect"] : []), ...labels)) : [];
      case "return": return this.one(ctx, "return", this.word("r"));
      default: return [];
    }
  }

  /** Adds, by chance, a task that cancels main if main is stuck. */
  watched(ctx, body) {
    const { r } = this;
    if (!r.chance(this.family.watched ?? 0)) return body;
    const times = r.weighted({ 1: 4, 2: 3, 3: 3 });
    const watch = [this.s(ctx, "sleep", r.pick([10, 15, 20, 20, 30])), this.s(ctx, "cancel", "main")];
    this.watch = { name: "Watch", body: times > 1 ? [this.wrap(ctx, ["repeat", times], watch)] : watch };
    return body.toSpliced(r.pick([0, 0, 1]), 0, this.s(ctx, "spawn", "Watch", "as", "watch"));
  }

  /** Adds, by chance, a task that cancels other tasks at random moments. */
  hunt(tasks) {
    const { r } = this;
    const labels = [...this.labels.keys()];
    if (!labels.length || !r.chance(this.family.hunted ?? 0.15)) return;
    const ctx = { runs: 1 };
    const body = [];
    for (let n = r.int(2, 4); n--;) {
      body.push(this.s(ctx, "sleep", r.pick([0, 1, 1, 2, 3, 5])));
      for (let m = r.pick([1, 1, 1, 2, 3]); m--;) {
        const target = this.label((of) => of.over === undefined || r.chance(0.5)) ?? r.pick(labels);
        body.push(this.s(ctx, "cancel", r.chance(0.12) ? "main" : target));
      }
    }
    tasks.push({ name: "Hunt", body });
    const main = tasks[0].body;
    main.splice(r.chance(0.7) ? 0 : r.int(0, main.length - 1), 0, this.s(ctx, "spawn", "Hunt", "as", "hunter"));
  }

  /** Releases everything that other tasks may wait for, all at once. */
  relief(ctx) {
    const { r } = this;
    const out = [];
    if (!r.chance(this.family.relief ?? 0.6)) return out;
    for (const [kind, name] of r.shuffle(this.objects)) {
      if (r.chance(0.35)) continue;
      switch (kind) {
        case "event": out.push(...this.one(ctx, "set", name)); break;
        case "semaphore": case "bounded": case "lock":
          out.push(...this.guard(ctx, this.one(ctx, "release", name)));
          break;
        case "condition":
          out.push(this.wrap(ctx, ["with", name], this.notice(this.inner(ctx), name)));
          break;
        case "barrier":
          if (r.chance(0.3)) out.push(...this.one(ctx, r.pick(["abort", "reset"]), name));
          break;
        case "queue":
          out.push(...this.guard(ctx, this.one(ctx, ...(r.chance(0.6) ? ["put_nowait", name, this.item()] : ["get_nowait", name]))));
          break;
        case "future":
          out.push(...this.guard(ctx, this.one(ctx, "set_result", name, this.word("r"))));
          break;
      }
    }
    return out.length ? [...this.sleep(ctx), ...out] : out;
  }

  body(ctx) {
    const { r } = this;
    if (!this.chained && r.chance(this.family.leaf ?? 0.15)) return this.leaf(ctx);
    const n = r.int(...this.size.body);
    if (this.chained) return [...this.link(ctx), ...this.block(ctx, n)];
    if (r.chance(this.family.wrap ?? 0.1)) return this.attempt(ctx, n, 0.75);
    return this.block(ctx, n);
  }

  /** Writes one task of a chain: each task awaits the next, and the last one waits for long. */
  link(ctx) {
    const { r } = this;
    const next = this.label((of) => of.t === ctx.t + 1);
    const op = this.family.snippets.shield && r.chance(0.1) ? "shield" : "await";
    const wait = next ? this.one(ctx, op, next)
      : this.usesFutures() && r.chance(0.4) ? this.one(ctx, "await", this.future()) : this.one(ctx, "sleep", r.pick([5, 10, 10]));
    if (r.chance(0.4)) return wait;
    const more = r.chance(0.6) ? [this.clause(ctx, this.kind())] : [];
    if (!more.length || r.chance(0.4)) more.push({ words: ["finally"], body: this.aftermath(this.inner(ctx, { final: true })) });
    return [this.wrap(ctx, ["try"], wait, more)];
  }

  /** Writes a task that ends soon, in one of several ways. */
  leaf(ctx) {
    const { r } = this;
    const end = r.weighted({ return: 5, raise: this.family.fails ?? 4, nothing: 2 });
    const tail = end === "nothing" ? [] : this.one(ctx, end, end === "raise" ? this.code() : this.word("r"));
    const body = [...(r.chance(0.9) ? this.rest(ctx) : []), ...(r.chance(0.25) ? this.instant(ctx) : []), ...tail];
    return body.length ? body : this.log(ctx);
  }

  rest(ctx) {
    return this.usesFutures() && this.r.chance(this.family.stuck ?? 0.1) ? this.one(ctx, "await", this.future()) : this.sleep(ctx);
  }

  block(ctx, n) {
    const out = [];
    while (out.length < n && (!out.length || this.lines > 0)) {
      out.push(...this.snippet(ctx));
      if (/^(raise|return)$/.test(out.at(-1).words[0])) break;
    }
    return out;
  }

  snippet(ctx) {
    for (let i = 0; i < 10; i++) {
      const name = this.r.weighted(this.family.snippets);
      const leashed = this.leashed(ctx, name);
      const made = this[name](leashed ? this.inner(this.inner(ctx)) : ctx);
      if (!made?.length) continue;
      return leashed ? this.guard(ctx, [this.wrap(this.inner(ctx), ["timeout", this.ms()], made)]) : made;
    }
    return this.sleep(ctx);
  }

  /** Makes waits that may never end rarer in main, since all other tasks depend on main. */
  leashed(ctx, name) {
    return !ctx.t && ctx.depth + 2 < this.depth && this.family.snippets.timeout && ENDLESS.has(name) && this.r.chance(0.6);
  }

  /** Writes a statement that takes no time. */
  instant(ctx) {
    return this[this.r.pick(["cancel", "state", "on_done", "log"])](ctx) ?? this.log(ctx);
  }

  /* ---- statements ---- */

  s(ctx, ...words) {
    this.lines -= ctx.runs;
    return { words: words.map(String) };
  }

  one(ctx, ...words) { return [this.s(ctx, ...words)]; }

  wrap(ctx, words, body, more = []) {
    return { ...this.s(ctx, ...words), body, more };
  }

  inner(ctx, changes = {}) {
    return { ...ctx, first: false, sure: false, depth: ctx.depth + 1, ...changes };
  }

  /** Returns the statements, sometimes with their errors caught. */
  risky(ctx, statements, p) {
    if (!ctx.t) p = Math.max(p, 0.8);      // when main ends, all others end
    return statements && this.r.chance(p) ? this.guard(ctx, statements) : statements;
  }

  guard(ctx, statements) {
    if (ctx.depth + height(statements) >= this.depth) return statements;
    const { r } = this;
    const more = [{ words: ["catch", r.chance(0.8) ? "any" : this.kind()], body: this.log(this.inner(ctx)) }];
    if (r.chance(0.3)) more.push({ words: ["catch", "cancelled"], body: this.aftermath(this.inner(ctx)) });
    return [this.wrap(ctx, ["try"], statements, more)];
  }

  /* ---- words and names ---- */

  word(letter) { return letter + ++this.words; }
  ms() { return Number(this.r.weighted({ 0: 22, 1: 22, 2: 18, 3: 12, 5: 16, 10: 10 })); }
  code() { return this.r.weighted({ E1: 6, E2: 3, E3: 1 }); }

  object(...kinds) {
    const { r } = this;
    const kind = r.pick(kinds);
    const there = this.objects.filter((o) => o[0] === kind);
    if (there.length && (there.length >= (MOST[kind] ?? 1) || r.chance(0.7))) return r.pick(there)[1];
    const name = LETTER[kind] + (there.length || "");
    const words = [kind, name, ...(kind in VALUES ? [String(r.pick(VALUES[kind]))] : [])];
    if (kind === "queue" && r.chance(0.6)) words.push(r.pick(["fifo", "lifo", "priority", "priority"]));
    this.objects.push(words);
    return name;
  }

  future() { return this.object("future"); }
  usesFutures() { return "resolve" in this.family.snippets; }

  /** Returns a label that passes the test, mostly one that certainly names a task by now. */
  label(passes) {
    const all = [...this.labels].filter(([, of]) => passes(of));
    const sure = all.filter(([, of]) => of.sure);
    const from = sure.length && this.r.chance(0.75) ? sure : all;
    return from.length ? this.r.pick(from)[0] : undefined;
  }

  /** Returns any label or future, to query or to cancel. It may be the task itself. */
  any(ctx) {
    const { r } = this;
    if (this.usesFutures() && r.chance(0.22)) return this.future();
    if (r.chance(0.04)) return "main";
    const { own } = this.templates[ctx.t];
    if (own.length && r.chance(0.02)) return r.pick(own);
    const fit = (of) => (of.t !== ctx.t || r.chance(0.25)) && (of.over !== ctx.t || r.chance(0.2));
    return this.label(fit) ?? (r.chance(0.3) ? "main" : undefined);
  }

  /** Returns a label to wait for, of a later template, so that no tasks await in a circle. */
  later(ctx) {
    const { r } = this;
    if (r.chance(0.01)) return this.label(() => true) ?? "main";
    const label = this.label((of) => of.t > ctx.t && (of.over !== ctx.t || r.chance(0.5)));
    if (this.usesFutures() && r.chance(label ? 0.2 : 0.6)) return this.future();
    return label;
  }

  /* ---- afterwards ---- */

  /** Mostly adds a task that sets the futures and events that the other tasks only wait for. */
  provide(tasks) {
    const { r } = this;
    const used = new Map();
    for (const { body } of tasks)
      walk(body, ({ words }) => words.slice(1).forEach((w) => used.set(w, [...(used.get(w) ?? []), words[0]])));
    for (const [kind, name] of this.objects) {
      if (kind !== "future" && kind !== "event") continue;
      if (used.get(name)?.some((op) => /^set/.test(op)) || r.chance(0.25)) continue;
      const { body } = r.pick(tasks);
      const cure = kind === "future" ? ["set_result", name, this.word("r")] : ["set", name];
      body.splice(r.int(0, Math.max(0, body.length - 1)), 0, { words: ["sleep", String(this.ms())] }, { words: cure });
    }
  }

  /** Changes a few references to another label. That label may name nothing yet, or a second task. */
  misname(tasks) {
    const { r } = this;
    tasks.forEach(({ body, name }) => {
      const t = this.templates.findIndex((x) => x.name === name);
      walk(body, (statement) => {
        const { words } = statement;
        const names = waitables(statement);
        if (!names.length) return;
        const at = words.length - r.int(1, names.length) - (words[0] === "on_done" ? 1 : 0);
        if (words[at] === this.twice && r.chance(0.4)) words[at] += ".2";
        if (!r.chance(0.03)) return;
        const free = [...this.labels].filter(([, of]) => of.t > t || !AWAITING.includes(words[0]));
        if (free.length) words[at] = r.pick(free)[0];
      });
    });
  }
}

Object.assign(Writer.prototype, core, sync, queues, joins, groups);
