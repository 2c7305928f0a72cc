/** A day, as whole days since 1970-01-01, written YYYY-MM-DD; null for what is not a finite number. */
export function dayText(day: number): string | null {
  return Number.isFinite(day) ? new Date(day * 86_400_000).toISOString().slice(0, 10) : null;
}
