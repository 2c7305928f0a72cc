/**
 * The places of `values` in ascending order, equal values in their first order, NaN last.
 *
 * A radix sort on the bits of the numbers: four passes of 16 bits, linear in the number of rows.
 */
export function argsort(values: Float64Array): Uint32Array {
  const n = values.length;
  const copy = new Float64Array(n);
  // adding 0 makes -0 plain 0
  for (let i = 0; i < n; i++) copy[i] = (values[i] as number) + 0;
  const words = new Uint32Array(copy.buffer);
  for (let i = 0; i < n; i++) {
    const high = words[2 * i + 1] as number;
    // flips the bits so that unsigned order is numeric order; every NaN becomes the largest key
    if (Number.isNaN(copy[i])) {
      words[2 * i] = 0xffffffff;
      words[2 * i + 1] = 0xffffffff;
    } else if (high & 0x80000000) {
      words[2 * i] = ~(words[2 * i] as number);
      words[2 * i + 1] = ~high;
    } else words[2 * i + 1] = high | 0x80000000;
  }
  let from = new Uint32Array(n);
  for (let i = 0; i < n; i++) from[i] = i;
  let to = new Uint32Array(n);
  const counts = new Uint32Array(65536);
  for (let pass = 0; pass < 4; pass++) {
    const word = pass >> 1;
    const shift = (pass & 1) << 4;
    counts.fill(0);
    for (let i = 0; i < n; i++) (counts[((words[2 * i + word] as number) >>> shift) & 0xffff] as number)++;
    if (counts[((words[word] as number) >>> shift) & 0xffff] === n) continue;
    let sum = 0;
    for (let bucket = 0; bucket < 65536; bucket++) {
      const count = counts[bucket] as number;
      counts[bucket] = sum;
      sum += count;
    }
    for (let i = 0; i < n; i++) {
      const row = from[i] as number;
      const bucket = ((words[2 * row + word] as number) >>> shift) & 0xffff;
      to[counts[bucket] as number] = row;
      counts[bucket] = (counts[bucket] as number) + 1;
    }
    [from, to] = [to, from];
  }
  return from;
}
