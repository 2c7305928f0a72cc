import { ChurnError } from "../core/errors.js";
import type { CustomOption } from "./custom-option.js";

/** A feature that somebody wrote: an aggregate over the rows of a subscriber's days before the snapshot. */
export interface CustomFeature {
  name: string;
  kind: "custom";
  /** As it was written; what it may see is checked each time before it is used. */
  sql: string;
  /** Covered days before the snapshot that it sees; all of the log without it. */
  within?: number;
  title: string;
  unit?: string;
  meaning?: string;
}

/** Whether a feature is one that somebody wrote. */
export const isCustom = (feature: { kind: string }): feature is CustomFeature => feature.kind === "custom";

/** Columns of a table of snapshots beside its features. */
const OUTPUTS = ["Date", "User", "M_TENURE_CHURN", "plan_hash", "DP_MSISDN"];

/** Letters that the name of a column may have in every database. */
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,59}$/;

/**
 * Makes features of what a configuration says, in its order; their SQL is checked by `compileCustom`.
 *
 * @param taken names of the other features
 * @throws ChurnError BAD_OPTION for a name that no column may have, or that is taken
 */
export function customFeatures(custom: CustomOption, taken: readonly string[]): CustomFeature[] {
  const used = new Set([...OUTPUTS, ...taken].map((name) => name.toLowerCase()));
  return Object.entries(custom).map(([name, option]) => {
    const fault = (what: string, hint: string) =>
      new ChurnError("BAD_OPTION", `option "features.custom.${name}" ${what}`, { hint });
    if (!NAME.test(name)) {
      throw fault(
        "cannot be the name of a feature",
        "a name has letters, digits and _, up to 60 of them, and begins with a letter; a title may be anything",
      );
    }
    if (used.has(name.toLowerCase())) {
      throw fault("has the name of another feature or column: names are compared without case", "give it another name");
    }
    used.add(name.toLowerCase());
    const asked = typeof option === "string" ? { sql: option } : option;
    const { sql, title, unit, meaning, window }: Exclude<CustomOption[string], string> = asked;
    return {
      ...{ name, kind: "custom", sql },
      ...(window === undefined ? {} : { within: window }),
      title: title ?? name.replaceAll("_", " "),
      ...(unit === undefined ? {} : { unit }),
      ...(meaning === undefined ? {} : { meaning }),
    };
  });
}
