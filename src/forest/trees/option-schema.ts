import { z } from "zod";
import type { OptionValue } from "./option-value.js";
import type { FileInput, FileValue } from "./snake-case.js";
import {
  onlyModel,
  SMALL_TABLE,
  TREE_OPTIONS,
  type TreeModel,
  type TreeOptionName,
  treeDefault,
} from "./tree-options.js";

/** The words for null: JSON has null, flags and the environment have texts. */
const NO_LIMIT: readonly unknown[] = ["none", "all"];

type FileSchema<Name extends TreeOptionName> = z.ZodType<FileValue<Name>, FileInput<Name>>;

/**
 * The zod schema of an option for files and flags. What only programs can give (weights by class, signs by column, a seed of
 * letters) is left out; "none" and "all" mean null, "true" and "false" what they say.
 */
export function optionSchema<Name extends TreeOptionName>(name: Name): FileSchema<Name> {
  const { takes } = TREE_OPTIONS[name];
  const isNullable = takes.some((kind) => kind.type === "null");
  const words = takes.flatMap((kind) => (kind.type === "word" ? kind.words : []));
  // a flag has words only, so that truth values beside words are words, too
  const truths = words.length > 0 && takes.some((kind) => kind.type === "boolean") ? ["true", "false"] : [];
  const schemas = [
    ...takes.flatMap((kind) => (truths.length > 0 && kind.type === "boolean" ? [] : schemaOf(kind))),
    ...(words.length > 0 ? [z.enum([...words, ...truths])] : []),
    ...(isNullable ? [z.null()] : []),
  ];
  const schema = z.preprocess(
    (value) => {
      if (typeof value === "boolean" && truths.length > 0) return String(value);
      return isNullable && NO_LIMIT.includes(value) ? null : value;
    },
    schemas.length === 1 ? schemas[0] : z.union(schemas),
  );
  const isTruth = (value: unknown) => truths.length > 0 && (value === "true" || value === "false");
  return schema.transform(
    (value) => (isTruth(value) ? value === "true" : value) as FileValue<Name>,
  ) as FileSchema<Name>;
}

/** The schema of numbers and truth values; none for other values, or what only programs can give. */
function schemaOf(kind: OptionValue): z.ZodType[] {
  if (kind.type === "integer")
    return [
      z
        .int()
        .min(kind.least)
        .max(kind.most ?? Number.MAX_SAFE_INTEGER),
    ];
  if (kind.type === "number") return [numberSchema(kind)];
  return kind.type === "boolean" ? [z.boolean()] : [];
}

function numberSchema({ least, above, most, below }: OptionValue & { type: "number" }): z.ZodType {
  let schema = z.number();
  if (least !== undefined) schema = schema.min(least);
  if (above !== undefined) schema = schema.gt(above);
  if (most !== undefined) schema = schema.max(most);
  if (below !== undefined) schema = schema.lt(below);
  return schema;
}

/** What leaving an option out means, in words: `1, boosting: 20`. */
export function shownTreeDefault(name: TreeOptionName): string {
  const inWords = (value: unknown) =>
    value !== null
      ? String(value)
      : TREE_OPTIONS[name].takes.flatMap((kind) => (kind.type === "null" ? [kind.means] : []))[0];
  const shown = (model: TreeModel) => {
    const [value, small] = [treeDefault(name, model), treeDefault(name, model, 0)];
    const more = small === value ? "" : ` (${inWords(small)} below ${SMALL_TABLE.toLocaleString("en-US")} rows)`;
    return inWords(value) + more;
  };
  const only = onlyModel(name);
  if (only) return shown(only);
  const [forest, boosting] = [shown("forest"), shown("boosting")];
  return forest === boosting ? forest : `${forest}, boosting: ${boosting}`;
}
