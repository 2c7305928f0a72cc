import { closestMatch } from "../../core/closest-match.js";
import { ChurnError } from "../../core/errors.js";
import type { OnProgress } from "../../core/progress.js";

/** How trees are boosted; the defaults are those of scikit-learn's HistGradientBoosting. */
export interface BoostingOptions {
  /** Most trees; 100. */
  numTrees?: number;
  /** Share of a tree's values that is added; 0.1. */
  learningRate?: number;
  /** Most leaves of a tree, the best split first; 31. */
  maxLeaves?: number | null;
  /** Longest way from the root to a leaf, in splits; null (the default) for no limit. */
  maxDepth?: number | null;
  /** Fewest rows in a leaf; 20. */
  minSamplesLeaf?: number;
  /** Weight of the square of a leaf's value; 0. */
  l2?: number;
  /** Columns drawn at each split: a whole number, a share in (0, 1), or null (the default) for all. */
  maxFeatures?: number | null;
  /** +1 where the score may only rise with a column, −1 where it may only fall, by column name. */
  monotone?: Readonly<Record<string, 1 | -1>>;
  /** Stop when held-out rows gain no more; "auto" (the default) does so from 10,000 rows on. */
  earlyStopping?: boolean | "auto";
  /** Share of rows that are held out for it; 0.1. `validation` of the fit names the rows instead. */
  validationShare?: number;
  /** Trees without a gain after which to stop; 10. */
  patience?: number;
  /** Most bins a column, 2 … 255; 255. */
  maxBins?: number;
  seed?: number | string;
  onProgress?: OnProgress;
  signal?: AbortSignal;
}

/** The options that decide what the trees are; every default filled in. */
export type BoostingSettings = Required<Omit<BoostingOptions, "onProgress" | "signal">>;

const DEFAULTS: BoostingSettings = {
  numTrees: 100,
  learningRate: 0.1,
  maxLeaves: 31,
  maxDepth: null,
  minSamplesLeaf: 20,
  l2: 0,
  maxFeatures: null,
  monotone: {},
  earlyStopping: "auto",
  validationShare: 0.1,
  patience: 10,
  maxBins: 255,
  seed: 0,
};

const whole = (least: number) => (value: unknown) => Number.isInteger(value) && (value as number) >= least;
const wholeOrNull = (least: number) => (value: unknown) => value === null || whole(least)(value);
const share = (value: unknown) => typeof value === "number" && value > 0 && value < 1;

const CHECKS: Record<keyof BoostingSettings, [takes: string, check: (value: unknown) => boolean]> = {
  numTrees: ["a whole number ≥ 1", whole(1)],
  learningRate: ["a number above 0, at most 1", (value) => share(value) || value === 1],
  maxLeaves: ["a whole number ≥ 2, or null for no limit", wholeOrNull(2)],
  maxDepth: ["a whole number ≥ 1, or null for no limit", wholeOrNull(1)],
  minSamplesLeaf: ["a whole number ≥ 1", whole(1)],
  l2: ["a number ≥ 0", (value) => Number.isFinite(value) && (value as number) >= 0],
  maxFeatures: [
    "a whole number of columns ≥ 1, a share between 0 and 1, or null for all",
    (value) => share(value) || wholeOrNull(1)(value),
  ],
  monotone: [
    "an object of 1 or -1 by column name",
    (value) => typeof value === "object" && value !== null && Object.values(value).every((s) => s === 1 || s === -1),
  ],
  earlyStopping: ['true, false or "auto"', (value) => typeof value === "boolean" || value === "auto"],
  validationShare: ["a share between 0 and 1", share],
  patience: ["a whole number ≥ 1", whole(1)],
  maxBins: ["a whole number from 2 to 255", (value) => whole(2)(value) && (value as number) <= 255],
  seed: ["a number or a text", (value) => typeof value === "string" || Number.isFinite(value)],
};

const OTHERS = ["onProgress", "signal", "sampleWeight", "classNames", "task", "validation"];

/**
 * Checks options and fills in the defaults.
 *
 * @throws ChurnError BAD_OPTION naming the key, the value and what it takes
 */
export function checkBoostingOptions(options: BoostingOptions): BoostingSettings {
  const settings: Record<string, unknown> = { ...DEFAULTS };
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined || OTHERS.includes(key)) continue;
    const check = CHECKS[key as keyof BoostingSettings];
    if (!check) {
      const near = closestMatch(key, [...Object.keys(CHECKS), ...OTHERS]);
      throw new ChurnError("BAD_OPTION", `unknown option "${key}" of boosting`, {
        hint: near ? `did you mean "${near}"?` : `it takes ${Object.keys(CHECKS).join(", ")}`,
      });
    }
    if (!check[1](value)) {
      throw new ChurnError("BAD_OPTION", `option "${key}" cannot be ${JSON.stringify(value)}`, {
        hint: `it takes ${check[0]}`,
      });
    }
    settings[key] = value;
  }
  return settings as unknown as BoostingSettings;
}
