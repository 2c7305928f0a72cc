/**
 * SQL for whether a day is one of some; false where there are none.
 *
 * @param day SQL for a DATE
 * @param days `YYYY-MM-DD`
 */
export function isAmong(day: string, days: Iterable<string>): string {
  const list = Array.from(days, (each) => `DATE '${each}'`);
  return list.length ? `${day} IN (${list.join(", ")})` : "false";
}
