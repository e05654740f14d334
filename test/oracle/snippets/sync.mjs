// SPDX-License-Identifier: MIT
// Snippets of objects that tasks share: locks, semaphores, events, conditions, barriers.
//
// usage: methods of Writer, as in core.mjs.

const GATES = ["lock", "semaphore", "bounded", "condition"];

export const sync = {
  /** A statement about a gate, while the task holds it. */
  held(ctx, gate) {
    const { r } = this;
    if (!gate.startsWith("C") || r.chance(0.3)) return this.block(ctx, r.int(1, 2));
    const wait = [...this.one(ctx, "wait_condition", gate), ...(r.chance(0.5) ? this.log(ctx) : [])];
    return r.chance(0.5) ? wait : [...this.notice(ctx, gate), ...(r.chance(0.4) ? this.sleep(ctx) : [])];
  },

  section(ctx) {
    const { r } = this;
    if (ctx.depth >= this.depth) return undefined;
    const gate = this.object(...(this.family.gates ?? GATES));
    const inner = this.inner(ctx);
    switch (r.weighted({ with: 5, plain: 2.5, finally: 2 })) {
      case "with": return this.risky(ctx, [this.wrap(ctx, ["with", gate], this.held(inner, gate))], 0.2);
      case "plain": return [...this.one(ctx, "acquire", gate), ...this.held(ctx, gate), ...this.one(ctx, "release", gate)];
      default: return [...this.one(ctx, "acquire", gate), this.wrap(ctx, ["try"], this.held(inner, gate),
        [{ words: ["finally"], body: this.one(inner, "release", gate) }])];
    }
  },

  s1(ctx, ...words) { return [this.s(ctx, ...words)]; },
  hold(ctx) { return this.one(ctx, "acquire", this.object(...(this.family.gates ?? GATES))); },
  release(ctx) { return this.risky(ctx, this.one(ctx, "release", this.object(...(this.family.gates ?? GATES))), 0.6); },
  locked(ctx) { return this.one(ctx, "locked", this.object(...(this.family.gates ?? GATES))); },

  set(ctx) { return this.one(ctx, "set", this.object("event")); },
  clear(ctx) { return this.one(ctx, "clear", this.object("event")); },
  wait_event(ctx) { return this.risky(ctx, this.one(ctx, "wait_event", this.object("event")), 0.2); },
  pulse(ctx) {
    const event = this.object("event");
    return [this.s(ctx, "set", event), ...(this.r.chance(0.3) ? this.one(ctx, "sleep", 0) : []), this.s(ctx, "clear", event)];
  },

  notice(ctx, gate) {
    return this.r.chance(0.65) ? this.one(ctx, "notify", gate, this.r.weighted({ 1: 6, 2: 3, 3: 1, 0: 0.3 }))
      : this.one(ctx, "notify_all", gate);
  },

  condition_wait(ctx) {
    const { r } = this;
    if (ctx.depth >= this.depth) return undefined;
    const gate = this.object("condition");
    const inner = this.inner(ctx);
    const wait = this.one(inner, "wait_condition", gate);
    const body = [...wait, ...(r.chance(0.5) ? this.block(inner, 1) : [])];
    return this.risky(ctx, [this.wrap(ctx, ["with", gate], this.risky(inner, body, 0.2))], 0.35);
  },

  notify(ctx) {
    if (ctx.depth >= this.depth) return undefined;
    const gate = this.object("condition");
    const inner = this.inner(ctx);
    const body = [...this.notice(inner, gate), ...(this.r.chance(0.3) ? this.block(inner, 1) : [])];
    return [...(this.r.chance(0.5) ? this.sleep(ctx) : []), this.wrap(ctx, ["with", gate], body)];
  },

  wait_condition(ctx) { return this.risky(ctx, this.one(ctx, "wait_condition", this.object("condition")), 0.7); },
  stray_notify(ctx) { return this.risky(ctx, this.notice(ctx, this.object("condition")), 0.7); },

  wait_barrier(ctx) { return this.risky(ctx, this.one(ctx, "wait_barrier", this.object("barrier")), 0.45); },
  reset(ctx) { return this.one(ctx, "reset", this.object("barrier")); },
  abort(ctx) { return this.one(ctx, "abort", this.object("barrier")); },
};
