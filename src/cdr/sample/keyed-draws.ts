import { random } from "../../core/random.js";

/**
 * Random numbers of one key, whatever was drawn for other keys before.
 *
 * `random(seed).fork(key)` gives the same promise, but hashes a text for each key; here there is a key for every
 * subscriber and day. A counter is scrambled with lowbias32 (Christopher Wellons), under 64 bits of key.
 */
export class KeyedDraws {
  readonly #seed: number;
  readonly #other: number;
  #key = 0;
  #counter = 0;

  constructor(seed: number | string) {
    const words = random(seed).fork("sample");
    this.#seed = words.uint32() | 0;
    this.#other = words.uint32() | 0;
  }

  /** Goes to the beginning of the numbers of (subject, day, purpose). */
  start(subject: number, day: number, purpose: number): void {
    const subjectKey = scramble((this.#seed ^ subject) | 0);
    const dayKey = scramble((subjectKey + Math.imul(day, 0x9e3779b1)) | 0);
    this.#counter = dayKey;
    this.#key = scramble((this.#other ^ dayKey ^ Math.imul(purpose + 1, 0x85ebca6b)) | 0) ^ subjectKey;
  }

  /** A whole number, uniform in 0 … 2³²−1. */
  uint32(): number {
    this.#counter = (this.#counter + 0x9e3779b9) | 0;
    return scramble(this.#counter ^ this.#key) >>> 0;
  }

  /** A number, uniform in [0, 1). */
  uniform(): number {
    return this.uint32() / 4294967296;
  }

  /** A whole number in from … to, both included; the bias of the remainder is below 2⁻²⁰ here. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.uniform() * (to - from + 1));
  }

  /** Nearly normal with mean 0 and variance 1, within ±3.5: the sum of four uniform numbers (Irwin–Hall). */
  normal(): number {
    const a = this.uint32();
    const b = this.uint32();
    const sum = (a >>> 16) + (a & 0xffff) + (b >>> 16) + (b & 0xffff);
    return (sum - 131070) * IRWIN_HALL;
  }
}

/** 1 / the standard deviation of the sum of four uniform whole numbers 0 … 65535. */
const IRWIN_HALL = 1 / Math.sqrt((4 * (65536 * 65536 - 1)) / 12);

function scramble(word: number): number {
  let x = word;
  x ^= x >>> 16;
  x = Math.imul(x, 0x21f0aaad);
  x ^= x >>> 15;
  x = Math.imul(x, 0x735a2d97);
  return x ^ (x >>> 15);
}
