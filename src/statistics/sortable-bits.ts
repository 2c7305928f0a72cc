/**
 * Turns the bits of numbers around so that their order without a sign is that of the numbers; IEEE 754, a low and a high word
 * each, as little-endian machines keep them.
 */
export function makeSortable(words: Uint32Array): void {
  for (let i = 0; i < words.length; i += 2) {
    const high = words[i + 1];
    const flip = high >> 31;
    words[i] = words[i] ^ flip;
    words[i + 1] = high ^ (flip | 0x80000000);
  }
}

/** Turns them back. */
export function makeNumbers(from: Uint32Array, to: Uint32Array): void {
  for (let i = 0; i < from.length; i += 2) {
    const high = from[i + 1];
    const flip = ~high >> 31;
    to[i] = from[i] ^ flip;
    to[i + 1] = high ^ (flip | 0x80000000);
  }
}

/** Makes counts the number of what stands before each. */
export function toStarts(counts: Uint32Array): void {
  let sum = 0;
  for (let digit = 0; digit < counts.length; digit++) {
    const count = counts[digit];
    counts[digit] = sum;
    sum += count;
  }
}
