import { closestMatch } from "../../core/closest-match.js";
import { ChurnError } from "../../core/errors.js";
import { describeOptionValues, isOptionValue, type OptionValue } from "./option-value.js";
import { TREE_OPTIONS, type TreeModel, type TreeOptionName, type TreeValues, treeDefault } from "./tree-options.js";

/**
 * Checks the options of a model and fills in its defaults.
 *
 * @param names the options that decide what is fitted, in the order of the result
 * @param others keys that a caller may give beside them
 * @param rows rows of the fit, where the defaults follow from them
 * @throws ChurnError BAD_OPTION naming the key, the value and what it takes
 */
export function checkTreeOptions<Name extends TreeOptionName>(
  model: TreeModel,
  names: readonly Name[],
  given: object,
  others: readonly string[],
  rows?: number,
): Pick<TreeValues, Name> {
  const settings = Object.fromEntries(names.map((name) => [name, treeDefault(name, model, rows)]));
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || others.includes(key)) continue;
    const name = names.find((candidate) => candidate === key);
    if (!name) {
      const near = closestMatch(key, [...names, ...others]);
      throw new ChurnError("BAD_OPTION", `unknown option "${key}" of ${model === "forest" ? "a forest" : "boosting"}`, {
        hint: near ? `did you mean "${near}"?` : `it takes ${names.join(", ")}`,
      });
    }
    checkOptionValue(name, TREE_OPTIONS[name].takes, value);
    settings[name] = value;
  }
  return settings as Pick<TreeValues, Name>;
}

/** @throws ChurnError BAD_OPTION when the value is of no kind that the option takes */
export function checkOptionValue(name: string, takes: readonly OptionValue[], value: unknown): void {
  if (takes.some((kind) => isOptionValue(kind, value))) return;
  throw new ChurnError("BAD_OPTION", `option "${name}" cannot be ${JSON.stringify(value)}`, {
    hint: `it takes ${describeOptionValues(takes)}`,
  });
}
