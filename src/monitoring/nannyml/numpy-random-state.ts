/** Random numbers of numpy's legacy `RandomState`: MT19937 (Matsumoto and Nishimura 1998) and its shuffles. */
export interface RandomState {
  uint32(): number;
  /** A random order of 0 … n−1, or only its places from `from` on; it draws the same either way. */
  permutation(n: number, from?: number): Uint32Array;
  /** Draws what a permutation of n would draw. */
  skipPermutation(n: number): void;
}

const WORDS = 624;

/** Seeds the generator as numpy's `RandomState(seed)` does. */
export function numpyRandomState(seed: number): RandomState {
  const state = new Int32Array(WORDS);
  state[0] = seed;
  for (let i = 1; i < WORDS; i++) {
    const last = state[i - 1];
    state[i] = Math.imul(1812433253, last ^ (last >>> 30)) + i;
  }
  // the words of a round are made at once, ready to be read
  const ready = new Int32Array(WORDS);
  let at = WORDS;
  const twist = () => {
    for (let i = 0; i < WORDS; i++) {
      const next = i < WORDS - 1 ? i + 1 : 0;
      const far = i < WORDS - 397 ? i + 397 : i + 397 - WORDS;
      const y = (state[i] & 0x80000000) | (state[next] & 0x7fffffff);
      state[i] = state[far] ^ (y >>> 1) ^ (-(y & 1) & 0x9908b0df);
    }
    for (let i = 0; i < WORDS; i++) {
      let y = state[i];
      y ^= y >>> 11;
      y ^= (y << 7) & 0x9d2c5680;
      y ^= (y << 15) & 0xefc60000;
      ready[i] = y ^ (y >>> 18);
    }
    at = 0;
  };
  const upTo = (most: number): number => {
    const mask = 0x7fffffff >>> (Math.clz32(most) - 1);
    for (;;) {
      if (at === WORDS) twist();
      const drawn = ready[at++] & mask;
      if (drawn <= most) return drawn;
    }
  };
  // most draws are passed over: whether one is refused cannot be foretold, so it is added, not branched on
  const skip = (from: number) => {
    let most = from;
    while (most > 0) {
      if (at === WORDS) twist();
      let place = at;
      for (; place < WORDS && most > 0; place++) {
        const drawn = ready[place] & (0x7fffffff >>> (Math.clz32(most) - 1));
        most += ((most - drawn) >>> 31) - 1;
      }
      at = place;
    }
  };
  return {
    uint32() {
      if (at === WORDS) twist();
      return ready[at++] >>> 0;
    },
    skipPermutation: (n) => skip(n - 1),
    permutation(n, from = 0) {
      const order = new Uint32Array(n);
      for (let i = 0; i < n; i++) order[i] = i;
      // a place is settled when its turn is over: the last one first
      const end = Math.max(from - 1, 0);
      for (let i = n - 1; i > end; i--) {
        const j = upTo(i);
        const swap = order[i];
        order[i] = order[j];
        order[j] = swap;
      }
      skip(Math.min(end, n - 1));
      return order.subarray(from);
    },
  };
}
