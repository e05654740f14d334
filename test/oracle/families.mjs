// SPDX-License-Identifier: MIT
// The families of trace programs, and what each consists of.
//
// usage: import { families } from "./families.mjs"; families.core.snippets
//
// snippets: how often each is drawn (methods of Writer, in snippets/)
// chances of a template:  wrap: its body is in a try; leaf: it ends soon; stuck: a leaf awaits a future
// chances of a program:   grouped: main starts the other tasks in a group; chain: each task awaits the next;
//                hunted: a task cancels others; watched: a task cancels main if it is stuck;
//                relief: near its end, main releases what others may wait for
// gates: the kinds of object that are acquired; depth: of blocks; fails: the weight of a leaf's raise

const core = {
  sleep: 16, log: 4, state: 5, on_done: 5, cancel: 8, resolve: 6, await: 13, spawn: 5, call: 5,
  attempt: 14, raise: 3, return: 3, repeat: 3, storm: 6,
};
const calm = {                             // the core, when another part is tested
  sleep: 10, log: 1.5, state: 1.5, on_done: 1, cancel: 4, await: 4, spawn: 1.5, call: 2,
  attempt: 7, raise: 1.2, return: 1, repeat: 2, storm: 1,
};

export const families = {
  core: { snippets: core, leaf: 0.2, relief: 0.35, chain: 0.25, hunted: 0.25 },
  locks: {                                 // sync without conditions
    snippets: {
      ...calm, section: 18, hold: 1, release: 2.5, locked: 4, set: 4, clear: 2, pulse: 2, wait_event: 8,
    },
    gates: ["lock", "semaphore", "bounded"],
    leaf: 0.05,
    watched: 0.85,
    relief: 0.75,
  },
  sync: {
    snippets: {
      ...calm, section: 18, hold: 1, release: 2.5, locked: 4, set: 4, clear: 2, pulse: 2, wait_event: 8,
      condition_wait: 8, notify: 8, wait_condition: 0.7, stray_notify: 0.7, wait_barrier: 9,
      reset: 2.5, abort: 1.5, timeout: 1.5,
    },
    leaf: 0.05,
    watched: 0.85,
    relief: 0.75,
  },
  cancel: {
    snippets: {
      ...core, sleep: 14, await: 10, cancel: 14, attempt: 24, storm: 9, swallow: 6, log: 2, state: 3, on_done: 3,
      section: 3, wait_event: 1.5, set: 1, condition_wait: 2, notify: 1.5, wait_barrier: 1.5,
      put: 1.5, get: 1.5, gather: 2.5, wait: 1.5, shield: 2, wait_for: 1.5, timeout: 2.5, group: 4, group_spawn: 4,
    },
    wrap: 0.7,
    hunted: 0.4,
    watched: 0.5,
    chain: 0.2,
  },
  groups: {
    snippets: {
      ...calm, sleep: 14, cancel: 6, await: 5, attempt: 8, raise: 4, state: 2, resolve: 1, call: 6, group: 14, group_spawn: 16,
      timeout: 11, shield: 0.5, gather: 0.7, wait_for: 1, swallow: 2, late_spawn: 6,
    },
    depth: 6,
    grouped: 0.75,
    hunted: 0.5,
    stuck: 0.35,
    leaf: 0.4,
    fails: 9,
    relief: 0.25,
  },
  queues: {
    snippets: {
      ...calm, produce: 7, consume: 9, put: 8, get: 9, put_nowait: 5, get_nowait: 4, task_done: 3, join: 5,
      timeout: 2, wait_for: 0.7,
    },
    leaf: 0.05,
    watched: 0.7,
  },
  futures: {
    snippets: {
      ...calm, state: 3, on_done: 3, cancel: 6, resolve: 9, gather: 11, wait: 10, shield: 9, wait_for: 9, storm: 2,
      timeout: 2,
    },
    leaf: 0.35,
    chain: 0.1,
    watched: 0.2,
    relief: 0.4,
  },
  mixed: {
    snippets: {
      ...core, sleep: 14, attempt: 12, section: 7, hold: 0.6, release: 1, locked: 1, set: 2, clear: 1, pulse: 0.7,
      wait_event: 3, condition_wait: 4, notify: 5, wait_condition: 0.3, stray_notify: 0.3, wait_barrier: 3, reset: 1,
      abort: 0.7, produce: 3.5, consume: 2.5, put: 3, get: 3, put_nowait: 2, get_nowait: 1, task_done: 0.8,
      join: 1.5, gather: 3.5, wait: 3.5, shield: 3, wait_for: 3, timeout: 4, group: 6, group_spawn: 6, swallow: 2, late_spawn: 2,
    },
    grouped: 0.25,
    hunted: 0.3,
    wrap: 0.15,
    leaf: 0.2,
    chain: 0.1,
    watched: 0.65,
  },
};
