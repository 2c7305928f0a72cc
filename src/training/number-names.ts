/**
 * Numbers names by their alphabetical order: the same names in another order of rows have the same numbers.
 *
 * @returns the number of each row's name, and how many names there are
 */
export function numberNames(names: readonly string[]): { numbers: Int32Array; size: number } {
  const distinct = [...new Set(names)].sort();
  const numberOf = new Map(distinct.map((name, i) => [name, i]));
  return { numbers: Int32Array.from(names, (name) => numberOf.get(name) ?? -1), size: distinct.length };
}
