/**
 * Adds the payload of rows `from` … `to` to the bins of `group` columns, order[first] and on; the bins of the g-th column
 * start at 256 g.
 *
 * This is where a forest spends its time, so each group size has its own loop without an inner one.
 */
export function fillCounts(
  codes: Uint8Array,
  width: number,
  rows: Int32Array,
  payload: Int32Array,
  from: number,
  to: number,
  order: Int32Array,
  first: number,
  group: number,
  bins: Int32Array,
): void {
  const a = order[first]!;
  if (group === 1) {
    for (let i = from; i < to; i++) bins[codes[rows[i]! * width + a]!]! += payload[i]!;
    return;
  }
  const b = order[first + 1]!;
  if (group === 2) {
    for (let i = from; i < to; i++) {
      const at = rows[i]! * width;
      const v = payload[i]!;
      bins[codes[at + a]!]! += v;
      bins[256 + codes[at + b]!]! += v;
    }
    return;
  }
  const c = order[first + 2]!;
  if (group === 3) {
    for (let i = from; i < to; i++) {
      const at = rows[i]! * width;
      const v = payload[i]!;
      bins[codes[at + a]!]! += v;
      bins[256 + codes[at + b]!]! += v;
      bins[512 + codes[at + c]!]! += v;
    }
    return;
  }
  const d = order[first + 3]!;
  for (let i = from; i < to; i++) {
    const at = rows[i]! * width;
    const v = payload[i]!;
    bins[codes[at + a]!]! += v;
    bins[256 + codes[at + b]!]! += v;
    bins[512 + codes[at + c]!]! += v;
    bins[768 + codes[at + d]!]! += v;
  }
}
