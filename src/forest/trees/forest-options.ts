import { closestMatch } from "../../core/closest-match.js";
import { ChurnError } from "../../core/errors.js";
import type { OnProgress } from "../../core/progress.js";

export type ClassWeight = "balanced" | "balanced_subsample" | "balanced_bootstrap" | readonly number[] | null;

/** How a forest is grown. The same seed gives the same forest, to the byte, whatever the number of threads. */
export interface ForestOptions {
  /** Number of trees; 100. */
  numTrees?: number;
  /** Longest way from the root to a leaf, in splits; null (the default) for no limit. */
  maxDepth?: number | null;
  /** Columns drawn at each split: "sqrt" (the default), "log2", a whole number, a share in (0, 1), null for all. */
  maxFeatures?: "sqrt" | "log2" | number | null;
  /** Fewest drawn rows in a leaf (a row drawn twice counts twice); 1. */
  minSamplesLeaf?: number;
  /** Fewest drawn rows in a node that may be split; 2. */
  minSamplesSplit?: number;
  /** Most leaves of a tree, the best split first; null (the default) for no limit. */
  maxLeaves?: number | null;
  /** Rows drawn for a tree: a whole number, a share in (0, 1], or null (the default) for as many as there are. */
  maxSamples?: number | null;
  /** Whether rows are drawn with replacement; true. Without, `maxSamples` draws without replacement. */
  bootstrap?: boolean;
  /** What a split lowers: "entropy" (the default; it finds more where a class is rare), or "gini". */
  criterion?: "gini" | "entropy";
  /**
   * "balanced" weighs each class by rows / (classes × its rows), "balanced_subsample" does so in each bootstrap;
   * "balanced_bootstrap" draws as many rows of each class as the rarest has (Chen, Liaw and Breiman 2004).
   */
  classWeight?: ClassWeight;
  /** Most bins a column, 2 … 255; 255. */
  maxBins?: number;
  /** 0. */
  seed?: number | string;
  /** Worker threads; as many as there are cores. 1 grows all trees in the calling thread. */
  threads?: number;
  onProgress?: OnProgress;
  signal?: AbortSignal;
}

/** The options that decide what a forest is; every default filled in. */
export interface ForestSettings {
  numTrees: number;
  maxDepth: number | null;
  maxFeatures: "sqrt" | "log2" | number | null;
  minSamplesLeaf: number;
  minSamplesSplit: number;
  maxLeaves: number | null;
  maxSamples: number | null;
  bootstrap: boolean;
  criterion: "gini" | "entropy";
  classWeight: ClassWeight;
  maxBins: number;
  seed: number | string;
}

const DEFAULTS: ForestSettings = {
  numTrees: 100,
  maxDepth: null,
  maxFeatures: "sqrt",
  minSamplesLeaf: 1,
  minSamplesSplit: 2,
  maxLeaves: null,
  maxSamples: null,
  bootstrap: true,
  criterion: "entropy",
  classWeight: null,
  maxBins: 255,
  seed: 0,
};

const whole = (least: number) => (value: unknown) => Number.isInteger(value) && (value as number) >= least;
const wholeOrNull = (least: number) => (value: unknown) => value === null || whole(least)(value);
const share = (value: unknown) => typeof value === "number" && value > 0 && value < 1;

const CHECKS: Record<keyof ForestSettings, [takes: string, check: (value: unknown) => boolean]> = {
  numTrees: ["a whole number ≥ 1", whole(1)],
  maxDepth: ["a whole number ≥ 0, or null for no limit", wholeOrNull(0)],
  maxFeatures: [
    '"sqrt", "log2", a whole number of columns ≥ 1, a share between 0 and 1, or null for all',
    (value) => value === "sqrt" || value === "log2" || share(value) || wholeOrNull(1)(value),
  ],
  minSamplesLeaf: ["a whole number ≥ 1", whole(1)],
  minSamplesSplit: ["a whole number ≥ 2", whole(2)],
  maxLeaves: ["a whole number ≥ 2, or null for no limit", wholeOrNull(2)],
  maxSamples: [
    "a whole number ≥ 1, a share between 0 and 1, or null for all",
    (value) => share(value) || wholeOrNull(1)(value),
  ],
  bootstrap: ["true or false", (value) => typeof value === "boolean"],
  criterion: ['"gini" or "entropy"', (value) => value === "gini" || value === "entropy"],
  classWeight: [
    '"balanced", "balanced_subsample", "balanced_bootstrap", an array of a weight > 0 for each class, or null',
    (value) =>
      value === null ||
      value === "balanced" ||
      value === "balanced_subsample" ||
      value === "balanced_bootstrap" ||
      (Array.isArray(value) && value.every((weight) => Number.isFinite(weight) && weight > 0)),
  ],
  maxBins: ["a whole number from 2 to 255", (value) => whole(2)(value) && (value as number) <= 255],
  seed: ["a number or a text", (value) => typeof value === "string" || Number.isFinite(value)],
};

/** Keys that a caller may give beside the settings. */
const OTHERS = ["threads", "onProgress", "signal", "sampleWeight", "classNames", "task"];

/**
 * Checks options and fills in the defaults.
 *
 * @throws ChurnError BAD_OPTION naming the key, the value and what it takes
 */
export function checkForestOptions(options: ForestOptions): ForestSettings {
  const settings: Record<string, unknown> = { ...DEFAULTS };
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined || OTHERS.includes(key)) continue;
    const check = CHECKS[key as keyof ForestSettings];
    if (!check) {
      const near = closestMatch(key, [...Object.keys(CHECKS), ...OTHERS]);
      throw new ChurnError("BAD_OPTION", `unknown option "${key}" of a forest`, {
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
  if (settings.classWeight === "balanced_bootstrap" && (settings.maxSamples !== null || settings.bootstrap === false)) {
    const key = settings.bootstrap === false ? "bootstrap" : "maxSamples";
    throw new ChurnError("BAD_OPTION", `option "${key}" has no meaning with classWeight "balanced_bootstrap"`, {
      hint: "it draws as many rows of each class as the rarest has, with replacement",
    });
  }
  const { threads } = options;
  if (threads !== undefined && !whole(1)(threads)) {
    throw new ChurnError("BAD_OPTION", `option "threads" cannot be ${threads}`, {
      hint: "it takes a whole number ≥ 1",
    });
  }
  return settings as unknown as ForestSettings;
}

/**
 * Number of columns drawn at a split; "sqrt" is rounded to the nearest: scikit-learn rounds down, Spark and YDF up, and of two
 * columns up is both, which is no draw. "log2" is rounded down.
 */
export function drawnColumns(maxFeatures: ForestSettings["maxFeatures"], columns: number): number {
  if (maxFeatures === null) return columns;
  if (maxFeatures === "sqrt") return Math.max(1, Math.round(Math.sqrt(columns)));
  if (maxFeatures === "log2") return Math.max(1, Math.floor(Math.log2(columns)));
  if (maxFeatures < 1) return Math.max(1, Math.floor(maxFeatures * columns));
  return Math.min(columns, maxFeatures);
}

/** Number of rows drawn for a tree. */
export function drawnRows(maxSamples: ForestSettings["maxSamples"], rows: number): number {
  if (maxSamples === null) return rows;
  return maxSamples < 1 ? Math.max(1, Math.round(maxSamples * rows)) : maxSamples;
}
