/** A count with its noun: "1 day", "1,200 days". */
export const count = (n: number, noun: string, nouns = `${noun}s`): string =>
  `${n.toLocaleString("en-US")} ${n === 1 ? noun : nouns}`;

/** A share in percent, with a decimal where it is small: "63 %", "0.4 %". */
export function percent(share: number): string {
  const value = 100 * share;
  if (value > 0 && value < 0.1) return "under 0.1 %";
  const isPlain = value >= 10 && value < 99.5;
  return `${isPlain ? value.toFixed(0) : value.toFixed(1).replace(/\.0$/, "")} %`;
}

/** A number as it is read: at most one decimal. */
export const short = (value: number): string =>
  value.toLocaleString("en-US", { maximumFractionDigits: value < 10 ? 1 : 0 });
