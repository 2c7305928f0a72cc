/**
 * Writes the numbers of one column so that they can be compared by eye: about four significant digits at the largest, the
 * same number of digits after the point, thousands set apart from 10,000 on, and tiny ones as `3.1e-30`.
 */
export function formatNumbers(values: readonly (number | bigint)[]): string[] {
  const numbers = values.map(Number);
  const finite = numbers.filter(Number.isFinite);
  let digits = 0;
  if (!finite.every(Number.isInteger)) {
    const largest = finite.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    digits = Math.min(6, Math.max(1, 3 - Math.floor(Math.log10(largest))));
    const spare = (value: number): number => {
      const written = value.toFixed(digits);
      const zeros = written.length - written.replace(/0+$/, "").length;
      return Math.min(zeros, digits - 1);
    };
    digits -= finite.length ? Math.min(...finite.map(spare)) : 0;
  }
  return values.map((value, i) => {
    if (typeof value === "bigint") return group(value.toString());
    const number = numbers[i];
    if (!Number.isFinite(number)) return number > 0 ? "∞" : "-∞";
    const size = Math.abs(number);
    if (size >= 1e15 || (size !== 0 && size < 1e-4 && size < 0.5 * 10 ** -digits)) return number.toExponential(1);
    // small beside the others of its column, but not so small that it is hard to read
    if (size !== 0 && size < 0.5 * 10 ** -digits) return String(Number(number.toPrecision(2)));
    return group(number.toFixed(digits));
  });
}

function group(text: string): string {
  const [whole, fraction] = text.split(".", 2);
  const set = whole.replace("-", "").length >= 5 ? whole.replace(/\B(?=(\d{3})+$)/g, ",") : whole;
  return fraction === undefined ? set : `${set}.${fraction}`;
}
