import { brokenWindows } from "../store/coverage/broken-windows.js";
import type { FeaturePlan } from "./feature-plan.js";

/**
 * The snapshot days whose label is known of those only who stay, since the log does not cover its window well enough to tell silence:
 * to learn from them, or to measure against them, would be to believe that nobody leaves.
 *
 * @param missing days within the log that are not covered, `YYYY-MM-DD`
 */
export const staysOnlyDays = ({ label, horizon }: FeaturePlan, missing: readonly string[]): string[] =>
  label === "leavers" ? [] : brokenWindows(missing, horizon);
