import type { Threshold } from "../calculators/threshold.js";
import type { Column } from "../chunks/column.js";

export interface DomainClassifierOptions {
  /** By default every feature. */
  readonly columns?: readonly string[] | undefined;
  /** Folds of the cross-validation; 5. */
  readonly folds?: number | undefined;
  /** Most reference rows that are kept, spread evenly; 10,000. With `compat: "nannyml"` all. */
  readonly maxRows?: number | undefined;
  readonly threshold?: Threshold | null | undefined;
  readonly seed?: number | undefined;
}

export interface DomainClassifierState {
  /** Reference rows that are kept, and where they stood. */
  readonly columns: readonly { readonly name: string; readonly values: Column; readonly wasText: boolean }[];
  readonly places: Uint32Array;
  readonly rows: number;
  readonly folds: number;
  readonly trees: {
    readonly numTrees: number;
    readonly learningRate: number;
    readonly maxLeaves: number;
    readonly maxBins: number;
  };
  readonly compat: boolean;
  readonly seed: number;
  readonly threshold: Threshold;
}
