/**
 * The places of `values` in ascending order, equal values in their first order, NaN last.
 *
 * A radix sort on the bits of the numbers: four passes of 16 bits, linear in the number of rows.
 */
export function argsort(values: Float64Array): Uint32Array {
  const n = values.length;
  const words = sortableWords(values);
  let from = new Uint32Array(n);
  for (let i = 0; i < n; i++) from[i] = i;
  let to = new Uint32Array(n);
  const counts = new Uint32Array(65536);
  for (let pass = 0; pass < 4; pass++) {
    const word = pass >> 1;
    const shift = (pass & 1) << 4;
    counts.fill(0);
    countDigits(words, word, shift, counts);
    if (counts[(words[word] >>> shift) & 0xffff] === n) continue;
    toStarts(counts);
    place(from, to, words, word, shift, counts);
    const swap = from;
    from = to;
    to = swap;
  }
  return from;
}

// each loop is a function of its own: one that is compiled while it runs is compiled with all that stands around it

/** The bits of the numbers, two words each, so that unsigned order is numeric order; every NaN becomes the largest key. */
function sortableWords(values: Float64Array): Uint32Array {
  const copy = new Float64Array(values.length);
  // adding 0 makes -0 plain 0
  for (let i = 0; i < copy.length; i++) copy[i] = values[i] + 0;
  const words = new Uint32Array(copy.buffer);
  for (let i = 0; i < copy.length; i++) {
    const high = words[2 * i + 1];
    if (Number.isNaN(copy[i])) {
      words[2 * i] = 0xffffffff;
      words[2 * i + 1] = 0xffffffff;
    } else if (high & 0x80000000) {
      words[2 * i] = ~words[2 * i];
      words[2 * i + 1] = ~high;
    } else words[2 * i + 1] = high | 0x80000000;
  }
  return words;
}

function countDigits(words: Uint32Array, word: number, shift: number, counts: Uint32Array): void {
  for (let i = word; i < words.length; i += 2) {
    const digit = (words[i] >>> shift) & 0xffff;
    counts[digit] = counts[digit] + 1;
  }
}

function toStarts(counts: Uint32Array): void {
  let sum = 0;
  for (let digit = 0; digit < counts.length; digit++) {
    const count = counts[digit];
    counts[digit] = sum;
    sum += count;
  }
}

function place(
  from: Uint32Array,
  to: Uint32Array,
  words: Uint32Array,
  word: number,
  shift: number,
  starts: Uint32Array,
): void {
  for (let i = 0; i < from.length; i++) {
    const row = from[i];
    const digit = (words[2 * row + word] >>> shift) & 0xffff;
    const at = starts[digit];
    to[at] = row;
    starts[digit] = at + 1;
  }
}
