/** The values that are not NaN: a view where none is, else a copy. */
export function withoutMissing(values: Float64Array): Float64Array {
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) return knownValues(values);
  return values;
}

/** A copy of the values `from` … `to − 1` that are not NaN. */
export function knownValues(values: Float64Array, from = 0, to = values.length): Float64Array {
  const known = new Float64Array(to - from);
  return known.subarray(0, copyKnown(values, from, to, known));
}

function copyKnown(values: Float64Array, from: number, to: number, known: Float64Array): number {
  let n = 0;
  for (let i = from; i < to; i++) {
    const value = values[i];
    if (!Number.isNaN(value)) known[n++] = value;
  }
  return n;
}
