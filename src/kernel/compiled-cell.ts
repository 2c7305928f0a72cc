import type { PositionFinder } from "./source-position.js";

/** A cell that was compiled: what was written, and how to find the way back to it. */
export interface CompiledCell {
  source: string;
  /** Names that it declares. */
  names: string[];
  find: PositionFinder;
}

/** Name of a cell in stack traces. */
export function cellName(count: number): string {
  return `cell-${count}.ts`;
}
