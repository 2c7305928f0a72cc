import type { Dataset } from "../dataset.js";

/** A column that tells subscribers apart instead of saying something of them. */
export interface NamingColumn {
  /** constant: one value a subscriber, another one for each; row: another value in every snapshot, whole numbers. */
  how: "constant" | "row";
  isWhole: boolean;
  distinct: number;
}

/** Share of the subscribers that have a value of their own. */
const NEARLY_ALL = 0.95;
/** Subscribers below which a coincidence is likely. */
const LEAST = 30;

/** Finds out whether a feature is an id in disguise; undefined where it is none. */
export function namesSubscriber(column: Float64Array, { subscriber }: Dataset): NamingColumn | undefined {
  const first = new Map<string, number>();
  const values = new Set<number>();
  let present = 0;
  let isConstant = true;
  let isWhole = true;
  for (let i = 0; i < column.length; i++) {
    const value = column[i];
    if (Number.isNaN(value)) continue;
    present++;
    values.add(value);
    if (!Number.isInteger(value)) isWhole = false;
    const before = first.get(subscriber[i]);
    if (before === undefined) first.set(subscriber[i], value);
    else if (before !== value) isConstant = false;
  }
  if (first.size < LEAST) return undefined;
  const distinct = values.size;
  if (isConstant && distinct >= NEARLY_ALL * first.size) return { how: "constant", isWhole, distinct };
  return isWhole && distinct === present && present > first.size ? { how: "row", isWhole, distinct } : undefined;
}
