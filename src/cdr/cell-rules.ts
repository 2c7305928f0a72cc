/**
 * What stands for a missing value, in small letters, wherever a cell holds a number, a day, a truth value or a subscriber: what
 * pandas, databases and spreadsheets write, and the signs that people put there.
 */
export const MISSING_MARKS: readonly string[] = [
  ...["#n/a", "#n/a n/a", "#na", "-1.#ind", "-1.#qnan", "1.#ind", "1.#qnan", "-nan", "nan", "<na>", "n/a", "na", "nat"],
  ...["null", "(null)", "\\n", "none", "-", "?", "."],
];

/** What stands for a missing value among texts, as it is written: what pandas takes for one, and what databases export. */
export const MISSING_TEXTS: readonly string[] = [
  ...["#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "1.#IND", "1.#QNAN", "-NaN", "-nan", "NaN", "nan", "<NA>"],
  ...["N/A", "n/a", "NA", "NaT", "NULL", "null", "(null)", "\\N", "None"],
];
