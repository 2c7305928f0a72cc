import { ChurnError } from "../../core/errors.js";
import type { OnProgress } from "../../core/progress.js";
import { checkOptionValue, checkTreeOptions } from "./check-tree-options.js";
import { FOREST_OPTIONS, type ForestSettings } from "./tree-options.js";

/**
 * How a forest is grown; `TREE_OPTIONS` and docs/options.md tell what each option does, takes and defaults to. The same seed
 * gives the same forest, to the byte, whatever the number of threads.
 */
export interface ForestOptions extends Partial<ForestSettings> {
  /** Worker threads; as many as there are cores. 1 grows all trees in the calling thread. */
  threads?: number | undefined;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
}

/** Keys that a caller may give beside the settings. */
const OTHERS = ["threads", "onProgress", "signal", "sampleWeight", "classNames", "task"];

/**
 * Checks options and fills in the defaults.
 *
 * @throws ChurnError BAD_OPTION naming the key, the value and what it takes
 */
export function checkForestOptions(options: ForestOptions): ForestSettings {
  const settings = checkTreeOptions("forest", FOREST_OPTIONS, options, OTHERS);
  // a share of 1 is all of them; trees of one row are of no use
  if (settings.maxSamples === 1) settings.maxSamples = null;
  if (settings.classWeight === "balanced_bootstrap" && (settings.maxSamples !== null || !settings.bootstrap)) {
    const key = settings.bootstrap ? "maxSamples" : "bootstrap";
    throw new ChurnError("BAD_OPTION", `option "${key}" has no meaning with classWeight "balanced_bootstrap"`, {
      hint: "it draws as many rows of each class as the rarest has, with replacement",
    });
  }
  if (options.threads !== undefined) checkOptionValue("threads", [{ type: "integer", least: 1 }], options.threads);
  return settings;
}
