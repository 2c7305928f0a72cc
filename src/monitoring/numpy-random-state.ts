/** Random numbers of numpy's legacy `RandomState`: MT19937 (Matsumoto and Nishimura 1998) and its shuffles. */
export interface RandomState {
  uint32(): number;
  /** A random order of 0 … n−1. */
  permutation(n: number): Uint32Array;
  /** Draws what a permutation of n would draw. */
  skipPermutation(n: number): void;
}

/** Seeds the generator as numpy's `RandomState(seed)` does. */
export function numpyRandomState(seed: number): RandomState {
  const state = new Uint32Array(624);
  state[0] = seed;
  for (let i = 1; i < 624; i++) {
    const last = state[i - 1] as number;
    state[i] = Math.imul(1812433253, last ^ (last >>> 30)) + i;
  }
  let at = 624;
  const twist = () => {
    for (let i = 0; i < 624; i++) {
      const y = ((state[i] as number) & 0x80000000) | ((state[(i + 1) % 624] as number) & 0x7fffffff);
      state[i] = (state[(i + 397) % 624] as number) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    at = 0;
  };
  const uint32 = (): number => {
    if (at === 624) twist();
    let y = state[at++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
  const upTo = (most: number): number => {
    const mask = 0xffffffff >>> Math.clz32(most);
    for (;;) {
      const drawn = (uint32() & mask) >>> 0;
      if (drawn <= most) return drawn;
    }
  };
  return {
    uint32,
    skipPermutation(n) {
      for (let i = n - 1; i > 0; i--) upTo(i);
    },
    permutation(n) {
      const order = new Uint32Array(n);
      for (let i = 0; i < n; i++) order[i] = i;
      for (let i = n - 1; i > 0; i--) {
        const j = upTo(i);
        const swap = order[i] as number;
        order[i] = order[j] as number;
        order[j] = swap;
      }
      return order;
    },
  };
}
