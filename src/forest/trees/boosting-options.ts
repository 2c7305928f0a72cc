import { ChurnError } from "../../core/errors.js";
import type { OnProgress } from "../../core/progress.js";
import { checkTreeOptions } from "./check-tree-options.js";
import { BOOSTING_OPTIONS, type BoostingSettings, type ClassWeight } from "./tree-options.js";

/** How trees are boosted; `TREE_OPTIONS` and docs/options.md tell what each option does, takes and defaults to. */
export interface BoostingOptions extends Partial<BoostingSettings> {
  /** "balanced": all classes weigh the same. */
  classWeight?: ClassWeight | undefined;
  /** Rows of the matrix that are held out to see when to stop, instead of a random share: those of whole subscribers, say. */
  validation?: Int32Array | undefined;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
}

/** Keys that a caller may give beside the settings. */
const OTHERS = ["classWeight", "onProgress", "signal", "sampleWeight", "classNames", "task", "validation"];

/**
 * Checks options and fills in the defaults.
 *
 * @param rows rows of the fit, from which some defaults follow; those of many rows when left out
 * @throws ChurnError BAD_OPTION naming the key, the value and what it takes
 */
export function checkBoostingOptions(options: BoostingOptions, rows?: number): BoostingSettings {
  const { classWeight = null } = options;
  if (classWeight !== null && classWeight !== "balanced") {
    throw new ChurnError("BAD_OPTION", `option "classWeight" cannot be ${JSON.stringify(classWeight)} with boosting`, {
      hint: "it draws no samples; say balanced, or give sampleWeight",
    });
  }
  if (options.validation !== undefined && options.earlyStopping === "cv") {
    throw new ChurnError("BAD_OPTION", 'option "validation" has no meaning with earlyStopping "cv"', {
      hint: "inner folds choose the number of trees; leave one of both out",
    });
  }
  return checkTreeOptions("boosting", BOOSTING_OPTIONS, options, OTHERS, rows);
}
