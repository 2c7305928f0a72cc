const DAY_MS = 86_400_000;

/** Days since 1970-01-01 of a date `YYYY-MM-DD`. */
export function dayOf(date: string): number {
  return Math.round(Date.parse(`${date}T00:00:00Z`) / DAY_MS);
}

/** The date `YYYY-MM-DD` of a day since 1970-01-01. */
export function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
