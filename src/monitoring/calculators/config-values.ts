import { z } from "zod";
import { closestMatch } from "../../core/closest-match.js";
import { type Threshold, thresholdFault } from "./threshold.js";

/** A threshold, or null to keep the default. */
export const threshold = z
  .custom<Threshold | null>()
  .superRefine((value, context) => {
    const fault = value === null ? null : thresholdFault(value);
    if (fault) context.addIssue({ code: "custom", message: fault });
  })
  .meta({ takes: 'a threshold such as {"type": "constant", "lower": 0.7} or {"type": "standard_deviation"}' });

/** Values by some of these names. */
export const perName = <const Names extends readonly string[], Value extends z.ZodType>(names: Names, value: Value) =>
  z
    .partialRecord(z.enum(names), value, { error: (issue) => unknownName(issue.keys, names) })
    .meta({ takes: `an object with keys among ${names.join(", ")}` });

function unknownName(keys: unknown, names: readonly string[]): string | undefined {
  if (!Array.isArray(keys)) return undefined;
  const near = closestMatch(String(keys[0]), names);
  return `unknown key ${JSON.stringify(keys[0])}${near ? `, did you mean ${JSON.stringify(near)}?` : ""}`;
}

/** Values by the names of columns. */
export const perColumn = <Value extends z.ZodType>(value: Value) =>
  z.record(z.string(), value).meta({ takes: "an object with the names of columns as keys" });

/** Names of columns; that there are such columns is seen when the table is. */
export const columnNames = z.array(z.string().min(1)).readonly();

/** One of some words, or a list of them. */
export const oneOrMore = <const Words extends readonly string[]>(words: Words) =>
  z.union([z.enum(words), z.array(z.enum(words)).readonly()]);

/** A list of some of these words. */
export const listOf = <const Words extends readonly string[]>(words: Words) => z.array(z.enum(words)).readonly();
