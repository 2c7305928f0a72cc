/** What the cells of a column look like. */
export type GuessedType = "integer" | "number" | "date" | "timestamp" | "boolean" | "text";

const FORMS: readonly [GuessedType, RegExp][] = [
  // a leading zero is part of a name: 00012
  ["integer", /^[+-]?(0|[1-9]\d*)$/],
  ["number", /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i],
  ["date", /^\d{4}-\d{2}-\d{2}$/],
  ["timestamp", /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}/],
  ["boolean", /^(true|false)$/i],
];

/**
 * The narrowest type that all cells of a column have, empty cells apart; text where they have none in common.
 *
 * @param cells texts of the first rows, as they stand in the file
 */
export function guessType(cells: readonly string[]): GuessedType {
  const filled = cells.filter((cell) => cell !== "");
  if (filled.length === 0 || filled.some((cell) => /^[+-]?0\d/.test(cell))) return "text";
  return FORMS.find(([, form]) => filled.every((cell) => form.test(cell)))?.[0] ?? "text";
}
