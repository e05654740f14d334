// SPDX-License-Identifier: MIT
// A small seeded random generator (sfc32). A key gives equal numbers on every machine.
//
// usage: import { random } from "./random.mjs"; const r = random("any text"); r.int(1, 6)

export function random(key) {
  let h = 2166136261;
  const word = () => {                     // FNV-1a over the key, mixed once more for each word
    for (let i = 0; i < key.length; i++) h = Math.imul(h ^ key.charCodeAt(i), 16777619);
    h = Math.imul(h ^ (h >>> 15), 2246822507);
    return (h ^= h >>> 13) >>> 0;
  };
  let [a, b, c, d] = [word(), word(), word(), 1];
  const next = () => {
    const t = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t | 0;
    return (t >>> 0) / 4294967296;
  };
  for (let i = 0; i < 12; i++) next();

  const int = (low, high) => low + Math.floor(next() * (high - low + 1));
  const chance = (p) => next() < p;
  const pick = (list) => list[int(0, list.length - 1)];
  /** Returns a random key of { key: weight }. */
  const weighted = (table) => {
    const entries = Object.entries(table);
    let left = next() * entries.reduce((sum, [, w]) => sum + w, 0);
    for (const [name, weight] of entries) if ((left -= weight) < 0) return name;
    return entries.at(-1)[0];
  };
  const shuffle = (list) => {
    const out = [...list];
    for (let i = out.length - 1; i > 0; i--) {
      const j = int(0, i);
      [out[i], out[j]] = [out[j], out[i]];
    }
    return out;
  };
  return { int, chance, pick, weighted, shuffle };
}
