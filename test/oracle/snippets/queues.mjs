// SPDX-License-Identifier: MIT
// Snippets of queues.
//
// usage: methods of Writer, as in core.mjs.

export const queues = {
  queue() { return this.object("queue"); },
  item() { return this.r.chance(0.03) ? -1 : this.r.int(1, 9); },
  put(ctx) { return this.one(ctx, "put", this.queue(), this.item()); },
  get(ctx) { return this.risky(ctx, this.one(ctx, "get", this.queue()), 0.2); },
  put_nowait(ctx) { return this.risky(ctx, this.one(ctx, "put_nowait", this.queue(), this.item()), 0.75); },
  get_nowait(ctx) { return this.risky(ctx, this.one(ctx, "get_nowait", this.queue()), 0.75); },
  task_done(ctx) { return this.risky(ctx, this.one(ctx, "task_done", this.queue()), 0.75); },
  join(ctx) { return this.one(ctx, "join", this.queue()); },

  produce(ctx) {
    const { r } = this;
    const queue = this.queue();
    const out = [];
    for (let n = r.int(2, 4); n--;) {
      out.push(...this.one(ctx, r.chance(0.85) ? "put" : "put_nowait", queue, this.item()));
      if (r.chance(0.35)) out.push(...this.sleep(ctx));
    }
    if (r.chance(0.15)) out.push(...this.one(ctx, "join", queue));
    return out;
  },

  consume(ctx) {
    const { r } = this;
    if (ctx.depth >= this.depth || ctx.runs > 4) return undefined;
    const n = r.int(2, 3);
    const queue = this.queue();
    const inner = this.inner(ctx, { runs: ctx.runs * n });
    const body = this.one(inner, "get", queue);
    if (r.chance(0.5)) body.push(...this.sleep(inner));
    if (r.chance(0.6)) body.push(...this.one(inner, "task_done", queue));
    return [this.wrap(ctx, ["repeat", n], body)];
  },
};
