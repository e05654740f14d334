// SPDX-License-Identifier: MIT
// Snippets of waits for several awaitables, with a limit, or shielded.
//
// usage: methods of Writer, as in core.mjs.

export const joins = {
  several(ctx) {
    const { r } = this;
    const names = [];
    for (let n = r.int(1, 4); n--;) {
      const x = this.later(ctx);
      if (x && (!names.includes(x) || r.chance(0.3))) names.push(x);
    }
    return names;
  },

  gather(ctx) {
    const names = this.several(ctx);
    if (!names.length) return undefined;
    return this.risky(ctx, this.one(ctx, "gather", ...(this.r.chance(0.45) ? ["collect"] : []), ...names), 0.5);
  },

  wait(ctx) {
    const { r } = this;
    const names = this.several(ctx);
    if (!names.length) return undefined;
    const limit = r.chance(0.45) ? "-" : this.ms();
    return this.risky(ctx, this.one(ctx, "wait", r.pick(["first", "error", "all"]), limit, ...names), 0.15);
  },

  shield(ctx) { return this.risky(ctx, this.on(ctx, "shield", this.later(ctx)), 0.5); },

  wait_for(ctx) {
    const x = this.later(ctx);
    return x && this.risky(ctx, this.one(ctx, "wait_for", this.ms(), x), 0.55);
  },

  timeout(ctx) {
    const { r } = this;
    if (ctx.depth >= this.depth) return undefined;
    const body = this.block(this.inner(ctx), r.int(1, 3));
    return this.risky(ctx, [this.wrap(ctx, ["timeout", this.ms()], body)], 0.6);
  },

  /** A cancellation that is caught, and the await in its catch. */
  swallow(ctx) {
    const { r } = this;
    if (ctx.depth >= this.depth) return undefined;
    const inner = this.inner(ctx);
    const more = [{ words: ["catch", "cancelled"], body: this.aftermath(inner) }];
    if (r.chance(0.4)) more.push({ words: ["finally"], body: this.aftermath({ ...inner, final: true }) });
    return [this.wrap(ctx, ["try"], [...this.sleep(inner), ...(r.chance(0.4) ? this.block(inner, 1) : [])], more)];
  },
};
