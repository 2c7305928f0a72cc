import type { ForestTask } from "./forest-task.js";
import { keyedShare, mixed } from "./keyed-random.js";

/** Share of the rows that a tree learns from where the others order its categories: that of a bootstrap. */
const LEARNT = 1 - Math.exp(-1);

/** Rows as units that are alike wherever they stand: a row of weight 3 is three of them, as three equal rows are. */
export interface RowUnits {
  /** Hash of what each row holds, label included. */
  content: Int32Array;
  /** Number of equal units before its first. */
  first: Int32Array;
  /** Its units; one each when left out. */
  repeats: ArrayLike<number> | undefined;
}

/** The units of the rows of a task, by position. */
export function unitsOf(
  { rows, y, columns }: Pick<ForestTask, "rows" | "y" | "columns">,
  codes: Uint8Array,
  stride: number,
  repeats: ArrayLike<number> | undefined,
): RowUnits {
  const content = new Int32Array(rows.length);
  const first = new Int32Array(rows.length);
  const seen = new Map<number, number>();
  const label = new Float64Array(1);
  const halves = new Int32Array(label.buffer);
  for (let i = 0; i < rows.length; i++) {
    const at = rows[i] * stride;
    label[0] = y[rows[i]];
    let hash = mixed(halves[0], halves[1]);
    for (let j = 0; j < columns.length; j++) hash = mixed(hash, codes[at + j]);
    content[i] = hash;
    first[i] = seen.get(hash) ?? 0;
    seen.set(hash, first[i] + (repeats ? repeats[i] : 1));
  }
  return { content, first, repeats };
}

/** Writes how many units of each row the tree with a key learns from; of a few rows, where none would be, all of them. */
export function dealUnits({ content, first, repeats }: RowUnits, key: number, drawn: Int32Array): void {
  let total = 0;
  for (let i = 0; i < drawn.length; i++) {
    const units = repeats ? repeats[i] : 1;
    let taken = 0;
    for (let u = 0; u < units; u++) if (keyedShare(key, content[i], first[i] + u) < LEARNT) taken++;
    drawn[i] = taken;
    total += taken;
  }
  if (total === 0) for (let i = 0; i < drawn.length; i++) drawn[i] = repeats ? repeats[i] : 1;
}
