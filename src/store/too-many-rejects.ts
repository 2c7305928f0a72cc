/** Rows that may be bad by accident, whatever their share: a dozen of a small file are no sign of anything. */
export const ACCIDENTAL = 10;

/** Whether so large a share of the rows was set aside that the rest cannot be trusted. @param limit share of the rows; 0 permits none */
export function isTooMany({ rejected, rows }: { rejected: number; rows: number }, limit: number): boolean {
  return limit === 0 ? rejected > 0 : rejected > ACCIDENTAL && rejected > limit * rows;
}

/** A count and what it is a part of, in words: "18 of 3,000 rows, 0.6 %". */
export function shareOf(count: number, rows: number): string {
  const percent = rows ? (100 * count) / rows : 0;
  const shown = percent > 0 && percent < 0.1 ? "under 0.1" : percent.toFixed(percent >= 99.95 || percent === 0 ? 0 : 1);
  return `${count.toLocaleString("en-US")} of ${rows.toLocaleString("en-US")} rows, ${shown} %`;
}
