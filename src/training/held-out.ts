/**
 * Whether a subscriber is held out for the test: by a hash of seed and id alone, so that more rows, more
 * subscribers or another order of them never move anybody to the other side.
 *
 * @param share of subscribers held out, 0 … 1
 */
export function isHeldOut(subscriber: string, share: number, seed: string | number): boolean {
  return hash32(`${seed}/held-out/${subscriber}`) < share * 4294967296;
}

/** A well-mixed 32-bit hash of a text: FNV-1a, then the finalizer of MurmurHash3 (Appleby). */
export function hash32(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
