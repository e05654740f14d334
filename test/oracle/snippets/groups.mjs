// SPDX-License-Identifier: MIT
// Snippets of task groups.
//
// usage: methods of Writer, as in core.mjs.

export const groups = {
  group_spawn(ctx) { return ctx.grouped ? this.start(ctx, "group_spawn") : undefined; },

  /** A child that may be refused, since the group may have been cancelled. */
  late_spawn(ctx) {
    if (!ctx.grouped || ctx.depth >= this.depth) return undefined;
    const inner = this.inner(ctx, { rare: true });
    const late = this.start(inner, "group_spawn");
    const clause = { words: this.r.chance(0.7) ? ["catch", "cancelled"] : ["finally"], body: late };
    return late && [this.wrap(ctx, ["try"], this.one(inner, "sleep", this.r.pick([1, 2, 3, 5, 10])), [clause])];
  },

  /** A group with children, sometimes under a timeout, mostly with its errors caught. */
  group(ctx) {
    const { r } = this;
    const room = this.depth - ctx.depth;
    if (room < 1) return undefined;
    const guarded = room > 1 && r.chance(0.75);
    const limited = room > 2 && this.family.snippets.timeout && r.chance(0.3);
    const depth = ctx.depth + 1 + guarded + Boolean(limited);
    const inner = this.inner(ctx, { depth, grouped: true, sure: ctx.first, children: [] });
    const body = [];
    for (let n = ctx.first ? r.int(2, 4) : r.int(1, 2); n--;) {
      const t = ctx.first ? r.int(1, this.templates.length - 1) : undefined;
      body.push(...(this.start(inner, r.chance(0.9) ? "group_spawn" : "spawn", t) ?? []));
    }
    if (!body.length && r.chance(0.7)) return undefined;
    if (!body.length || r.chance(0.7)) body.push(...this.block(inner, r.int(1, 2)));
    for (const label of inner.children) this.labels.get(label).over = ctx.t;
    const group = this.wrap(ctx, ["group"], body);
    const block = limited ? this.wrap(ctx, ["timeout", this.ms()], [group]) : group;
    return guarded ? [this.wrap(ctx, ["try"], [block], this.catches(ctx))] : [block];
  },

  catches(ctx) {
    const { r } = this;
    const more = [this.clause(ctx, r.weighted({ any: 4, group: 4, timeout: 1, cancelled: 1 }))];
    if (r.chance(0.35)) more.push(this.clause(ctx, this.kind(more[0].words[1])));
    if (r.chance(0.2)) more.push({ words: ["finally"], body: this.aftermath(this.inner(ctx, { final: true })) });
    return more;
  },
};
