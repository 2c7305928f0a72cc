import { closestMatch } from "../../core/closest-match.js";
import { ChurnError } from "../../core/errors.js";
import type { Threshold } from "../calculators/threshold.js";
import type { ColumnOptions } from "../chunks/typed-columns.js";
import type { CategoricalMethod, ContinuousMethod, DriftMethod } from "./drift-methods.js";

/** Thresholds by method; null keeps the default. */
export type ThresholdsByMethod = Readonly<Partial<Record<DriftMethod, Threshold | null>>>;

/** Which columns are watched for drift, and by which methods. */
export interface UnivariateOptions extends ColumnOptions {
  /** Default `["jensen_shannon"]`. */
  readonly continuousMethods?: readonly ContinuousMethod[] | undefined;
  /** Default `["jensen_shannon"]`. */
  readonly categoricalMethods?: readonly CategoricalMethod[] | undefined;
  /** Per method; by default mean + 3 standard deviations of the reference chunks. */
  readonly thresholds?: ThresholdsByMethod | undefined;
  /** Per column and method, before `thresholds`. */
  readonly columnThresholds?: Readonly<Record<string, ThresholdsByMethod>> | undefined;
  /**
   * Rows of the reference that are independent of each other, where one subject is in it again and again: the number of
   * subjects. By default all rows.
   */
  readonly independentRows?: number | undefined;
  /** How Kolmogorov–Smirnov and Wasserstein are computed: exactly below 10,000 reference rows (`auto`), always, or from bins. */
  readonly calculation?:
    | { readonly method?: "auto" | "exact" | "estimated" | undefined; readonly bins?: number | undefined }
    | undefined;
}

/** Refuses methods that are not there for a type of column. */
export function checkMethods(methods: readonly string[], known: readonly string[], type: string): void {
  for (const name of methods) {
    if (known.includes(name)) continue;
    const near = closestMatch(name, known);
    throw new ChurnError("BAD_OPTION", `no method ${JSON.stringify(name)} for ${type} columns`, {
      hint: near ? `did you mean ${JSON.stringify(near)}?` : `it takes ${known.join(", ")}`,
    });
  }
}
