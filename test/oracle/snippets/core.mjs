// SPDX-License-Identifier: MIT
// Snippets of the core: sleeps, tasks and calls, cancellations, futures, errors and their handlers.
//
// usage: methods of Writer (writer.mjs). Each takes a context and returns a list of statements, or
//        undefined where it cannot stand. The snippets named in families.mjs are drawn at random.

export const core = {
  sleep(ctx) { return [this.s(ctx, "sleep", this.ms())]; },
  pause(ctx) { return [this.s(ctx, "sleep", this.r.pick([0, 1, 1, 2, 2, 3]))]; },
  log(ctx) { return [this.s(ctx, "log", this.word("w"))]; },
  raise(ctx) { return this.r.chance(ctx.depth ? 1 : ctx.t ? 0.5 : 0.1) ? [this.s(ctx, "raise", this.code())] : undefined; },

  return(ctx) {
    if (ctx.final || !this.r.chance(ctx.depth ? 1 : ctx.t ? 0.7 : 0.2)) return undefined;
    return [this.s(ctx, "return", this.word("r"))];
  },

  on(ctx, op, target, ...rest) { return target && [this.s(ctx, op, target, ...rest)]; },

  cancel(ctx) {
    const target = this.any(ctx);
    return target && [...(this.r.chance(0.4) ? this.pause(ctx) : []), this.s(ctx, "cancel", target)];
  },

  state(ctx) { return this.on(ctx, "state", this.any(ctx)); },
  on_done(ctx) { return this.on(ctx, "on_done", this.any(ctx), this.word("c")); },

  await(ctx) {
    const target = this.later(ctx);
    if (this.labels.has(target)) this.labels.get(target).over = ctx.t;
    return this.risky(ctx, this.on(ctx, "await", target), 0.45);
  },

  resolve(ctx) {
    const { r } = this;
    const error = r.chance(0.3);
    const op = error ? "set_error" : "set_result";
    return this.risky(ctx, [this.s(ctx, op, this.future(), error ? this.code() : this.word("r"))], 0.75);
  },

  /** Several statements at once, mostly about one target. */
  storm(ctx) {
    const { r } = this;
    const target = this.any(ctx);
    if (!target) return undefined;
    const out = r.chance(0.75) ? this.pause(ctx) : [];
    for (let n = r.int(2, 4); n--;) {
      const op = r.weighted({ cancel: 6, state: 2, on_done: 2, log: 0.5, yield: 1.5 });
      const x = r.chance(0.75) ? target : this.any(ctx) ?? target;
      if (op === "log") out.push(...this.log(ctx));
      else if (op === "yield") out.push(this.s(ctx, "sleep", r.pick([0, 0, 1])));
      else out.push(this.s(ctx, op, x, ...(op === "on_done" ? [this.word("c")] : [])));
    }
    return out;
  },

  spawn(ctx) { return this.start(ctx, "spawn"); },

  /** Starts an instance of a later template, and may use the instance at once. */
  start(ctx, op, template) {
    const { r } = this;
    const free = this.templates.map((_, t) => t).filter((t) => t > ctx.t && !this.templates[t].helper);
    const t = template ?? (free.length ? r.pick(free) : undefined);
    if (t === undefined || this.templates[t].helper) return undefined;
    if (this.tasks + ctx.runs > this.size.tasks + (ctx.rare ? 2 : 0)) return undefined;
    this.tasks += ctx.runs;
    this.templates[t].runs += ctx.runs;
    const labels = [...this.labels.keys()];
    const again = labels.length && r.chance(0.12);
    const label = again ? r.pick(labels) : "abcdefghijklmnop"[labels.length];
    const known = this.labels.get(label);
    this.labels.set(label, { t: Math.min(t, known?.t ?? t), sure: ctx.sure || known?.sure });
    if (op === "group_spawn") ctx.children?.push(label);
    if (again || ctx.runs > 1) this.twice = label;
    this.templates[t].own.push(label);
    const out = [this.s(ctx, op, this.templates[t].name, "as", label)];
    if (template === undefined && r.chance(0.3)) {
      if (r.chance(0.45)) out.push(...this.pause(ctx));
      out.push(this.s(ctx, r.weighted({ cancel: 3, await: 4, state: 1 }), label));
    }
    return out;
  },

  call(ctx) {
    const { r } = this;
    const caller = this.templates[ctx.t];
    const free = this.templates.filter((c, t) => t > ctx.t && (!c.helper || ctx.grouped) && c.runs + ctx.runs <= 6);
    if (!free.length || caller.calls >= this.depth) return undefined;
    const helpers = free.filter((c) => c.helper);
    const callee = r.pick(helpers.length && r.chance(0.7) ? helpers : free);
    callee.runs += ctx.runs;
    callee.calls = Math.max(callee.calls, caller.calls + 1);
    return this.risky(ctx, [this.s(ctx, "call", callee.name)], 0.3);
  },

  repeat(ctx) {
    if (ctx.depth >= this.depth || ctx.runs > 4) return undefined;
    const n = this.r.int(2, 3);
    return [this.wrap(ctx, ["repeat", n], this.block(this.inner(ctx, { runs: ctx.runs * n }), this.r.int(1, 3)))];
  },

  attempt(ctx, n = this.r.int(1, 3), final = 0.5) {
    const { r } = this;
    if (ctx.depth >= this.depth) return undefined;
    const body = this.block(this.inner(ctx), n);
    const more = [];
    if (r.chance(0.75)) more.push(this.clause(ctx, this.kind()));
    if (more.length && r.chance(0.25)) more.push(this.clause(ctx, this.kind(more[0].words[1])));
    if (!more.length || r.chance(final))
      more.push({ words: ["finally"], body: this.aftermath(this.inner(ctx, { final: true })) });
    return [this.wrap(ctx, ["try"], body, more)];
  },

  clause(ctx, kind) { return { words: ["catch", kind], body: this.aftermath(this.inner(ctx)) }; },

  /** Returns a kind to catch, except for this one. */
  kind(not) {
    const { r } = this;
    const { snippets: s } = this.family;
    const table = {
      cancelled: 9, any: 8, invalid: 1.5, [this.code()]: 2,
      timeout: s.timeout || s.wait_for ? 3 : 0, broken: s.wait_barrier ? 1.5 : 0,
      empty: s.get_nowait ? 1.5 : 0, full: s.put_nowait ? 1.5 : 0,
      group: s.group ? 3 : 0, "group(E1)": s.group ? 1 : 0, "group(E1,E1)": s.group ? 0.3 : 0,
      "group(E2,E1)": s.group ? 0.3 : 0,
    };
    return r.weighted({ ...table, ...(not && { [not]: 0 }) });
  },

  /** Returns the statements of a catch or finally. */
  aftermath(ctx) {
    const { r } = this;
    if (ctx.grouped && r.chance(0.25)) return this.start({ ...ctx, rare: true }, "group_spawn") ?? this.log(ctx);
    switch (r.weighted({ log: 5, sleep: 6, raise: 1.5, return: ctx.final ? 0 : 1.5, block: 5, cancel: 1.5 })) {
      case "log": return this.log(ctx);
      case "sleep": return [this.s(ctx, "sleep", r.pick([0, 1, 2, 5, 5, 10])), ...(r.chance(0.6) ? this.log(ctx) : [])];
      case "raise": return [...(r.chance(0.5) ? this.sleep(ctx) : []), this.s(ctx, "raise", this.code())];
      case "return": return [...(r.chance(0.4) ? this.sleep(ctx) : []), this.s(ctx, "return", this.word("r"))];
      case "cancel": return this.cancel(ctx) ?? this.log(ctx);
      default: return this.block(ctx, r.int(1, 2));
    }
  },
};
