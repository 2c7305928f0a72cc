import { type Code, i32, int } from "./wasm-assembler.js";

/** Columns whose codes one call of `fill` counts. */
export const GROUP = 8;
/** Bytes of the bins of one column: 256 × (count, ones). */
export const COLUMN_BYTES = 256 * 8;

/** Address of the codes of an entry's row. */
export const rowOf = (entry: Code, codes: Code, stride: Code): Code =>
  i32.add(codes, i32.mul(i32.shr(entry, int(8)), stride));
