/** A seeded source of random numbers; the same seed gives the same numbers on every machine. */
export interface Random {
  /** A whole number, uniform in 0 … 2³²−1. */
  uint32(): number;
  /** A number, uniform in [0, 1), with 53 random bits. */
  next(): number;
  /** A whole number, uniform in 0 … n−1, without bias. */
  int(n: number): number;
  /** A standard normal number (Marsaglia and Bray's polar method, 1964). */
  normal(): number;
  /** An independent generator, named by a key: what it gives does not depend on what was drawn here. */
  fork(key: string | number): Random;
}

/**
 * Makes a generator from a seed: sfc32 (Chris Doty-Humphrey, PractRand), 128 bits of state.
 *
 * @param seed a number or a text; texts and numbers are hashed to the state
 */
export function random(seed: string | number): Random {
  const name = String(seed);
  let [a, b, c, d] = hash128(name);
  let spare = Number.NaN;

  const uint32 = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return t >>> 0;
  };
  for (let i = 0; i < 15; i++) uint32();

  const next = (): number => ((uint32() >>> 5) * 67108864 + (uint32() >>> 6)) / 9007199254740992;

  return {
    uint32,
    next,
    int(n) {
      const limit = 4294967296 - (4294967296 % n);
      for (;;) {
        const value = uint32();
        if (value < limit) return value % n;
      }
    },
    normal() {
      if (!Number.isNaN(spare)) {
        const value = spare;
        spare = Number.NaN;
        return value;
      }
      for (;;) {
        const u = 2 * next() - 1;
        const v = 2 * next() - 1;
        const s = u * u + v * v;
        if (s === 0 || s >= 1) continue;
        const scale = Math.sqrt((-2 * Math.log(s)) / s);
        spare = v * scale;
        return u * scale;
      }
    },
    fork: (key) => random(`${name}/${key}`),
  };
}

/** Four well-mixed 32-bit words of a text: bryc's cyrb128, public domain. */
function hash128(text: string): [number, number, number, number] {
  let h1 = 1779033703;
  let h2 = 3144134277;
  let h3 = 1013904242;
  let h4 = 2773480762;
  for (let i = 0; i < text.length; i++) {
    const k = text.charCodeAt(i);
    h1 = h2 ^ Math.imul(h1 ^ k, 597399067);
    h2 = h3 ^ Math.imul(h2 ^ k, 2869860233);
    h3 = h4 ^ Math.imul(h3 ^ k, 951274213);
    h4 = h1 ^ Math.imul(h4 ^ k, 2716044179);
  }
  h1 = Math.imul(h3 ^ (h1 >>> 18), 597399067);
  h2 = Math.imul(h4 ^ (h2 >>> 22), 2869860233);
  h3 = Math.imul(h1 ^ (h3 >>> 17), 951274213);
  h4 = Math.imul(h2 ^ (h4 >>> 19), 2716044179);
  return [h1 ^ h2 ^ h3 ^ h4, h2 ^ h1, h3 ^ h1, h4 ^ h1];
}
