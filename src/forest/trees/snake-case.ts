import { type SnakeCase, snakeCase } from "../../core/key-case.js";
import type { TreeOptionName, TreeValues } from "./tree-options.js";

/** Values of options as files have them: no weights by class, no seed of letters. */
export type SnakeValues<Name extends TreeOptionName = TreeOptionName> = {
  [Key in Name as SnakeCase<Key>]: Key extends "seed" ? number : Exclude<TreeValues[Key], readonly number[]>;
};

/** The value of an option in files. */
export type FileValue<Name extends TreeOptionName> = SnakeValues<Name>[SnakeCase<Name> & keyof SnakeValues<Name>];

/** What a file or a caller may say. */
export type FileInput<Name extends TreeOptionName> =
  | FileValue<Name>
  | (null extends FileValue<Name> ? "none" | "all" : never);

/** The options among the values of a file as `fitForest` and `fitBoosting` take them; what is left out stays left out. */
export function fromSnakeCase<Name extends TreeOptionName>(
  names: readonly Name[],
  values: Partial<SnakeValues>,
): Partial<Pick<TreeValues, Name>> {
  const given: Partial<Record<string, unknown>> = values;
  return Object.fromEntries(names.map((name) => [name, given[snakeCase(name)]])) as Partial<Pick<TreeValues, Name>>;
}
