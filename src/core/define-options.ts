import { z } from "zod";
import { closestMatch } from "./closest-match.js";
import { ChurnError } from "./errors.js";
import type { OptionField, OptionSet } from "./option-set.js";

type Flat<T> = { [K in keyof T]: T[K] };

/**
 * Defines the options of a stage once, for config file, environment, flags, notebook parameters and documents.
 *
 * The types that this gives do not mention zod: a notebook cell that imports the package would otherwise check zod's
 * declarations too, a quarter of a second each time.
 *
 * @param section name of the section in the config file
 * @param shape a zod type per key, each with `.describe(help)` and where it makes sense `.default(value)`
 */
export function defineOptions<Shape extends z.ZodRawShape>(
  section: string,
  shape: Shape,
): OptionSet<Flat<z.input<z.ZodObject<Shape>>>, Flat<z.output<z.ZodObject<Shape>>>> {
  const schema = z.strictObject(shape);
  let fields: OptionField[] | undefined;
  const all = () => {
    fields ??= Object.entries(shape).map(([key, type]) => field(key, type as z.ZodType));
    return fields;
  };
  return {
    section,
    get fields() {
      return all();
    },
    parse(raw, where) {
      const given = Object.fromEntries(Object.entries(raw ?? {}).filter(([, value]) => value !== undefined));
      const result = schema.safeParse(given);
      if (!result.success) throw optionError(section, given, result.error.issues, all(), where);
      return result.data as Flat<z.output<z.ZodObject<Shape>>>;
    },
    fromText(key, text) {
      const option = all().find((candidate) => candidate.key === key);
      if (!option) throw unknownKey(section, key, all());
      return valueFromText(option, text);
    },
  };
}

type JsonType = OptionField["type"] | "null";

/** What zod writes of a type; a plain nullable one has a list of types, any other union an `anyOf`. */
interface JsonSchema {
  type?: JsonType | JsonType[];
  enum?: string[];
  const?: unknown;
  format?: string;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  exclusiveMaximum?: number;
  default?: unknown;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  description?: string;
  /** What it takes, in words, where its type does not tell. */
  takes?: string;
}

function field(key: string, type: z.ZodType): OptionField {
  const schema = z.toJSONSchema(type, { io: "input", unrepresentable: "any" }) as JsonSchema;
  const { items } = alternatives(schema).find((each) => each.type === "array") ?? {};
  const choices = alternatives(items ?? schema).flatMap(literals);
  return {
    key,
    takes: takes(schema),
    type: textType(schema),
    ...(items ? { items: textType(items) } : {}),
    ...(items && alternatives(items).some((each) => each.type === "null") ? { nullItems: true as const } : {}),
    ...(choices.length ? { choices } : {}),
    default: schema.default,
    help: schema.description ?? "",
  };
}

/** The types of a union, or the one type, each by itself. */
function alternatives(schema: JsonSchema): JsonSchema[] {
  if (schema.anyOf) return schema.anyOf.flatMap(alternatives);
  if (Array.isArray(schema.type)) return schema.type.map((type) => ({ ...schema, type }));
  return [schema];
}

/** The words that a type consists of. */
function literals(schema: JsonSchema): string[] {
  return schema.enum ?? (typeof schema.const === "string" ? [schema.const] : []);
}

/** The type that a text is read as: where a number may be meant a number, and what is not one stays the text. */
function textType(schema: JsonSchema): OptionField["type"] {
  const types = alternatives(schema).flatMap(({ type = "string" }) => type);
  return (
    types.find((type) => type === "number" || type === "integer") ?? types.find((type) => type !== "null") ?? "string"
  );
}

function takes(schema: JsonSchema): string {
  return alternatives(schema).map(takesOne).join(" | ");
}

function takesOne(schema: JsonSchema): string {
  if (schema.takes) return schema.takes;
  if (schema.type === "null") return "null";
  if (schema.enum) return schema.enum.join(" | ");
  if (schema.const !== undefined) return String(schema.const);
  if (schema.type === "boolean") return "true | false";
  if (schema.type === "array") return `list of ${takes(schema.items ?? {})}`;
  if (schema.type === "object") return "object";
  if (schema.type === "number" || schema.type === "integer") {
    const name = schema.type === "integer" ? "whole number" : "number";
    const from = schema.exclusiveMinimum !== undefined ? ` > ${schema.exclusiveMinimum}` : atLeast(schema.minimum);
    const to = schema.exclusiveMaximum !== undefined ? ` < ${schema.exclusiveMaximum}` : atMost(schema.maximum);
    return `${name}${from}${from && to ? "," : ""}${to}`;
  }
  return schema.format === "date" ? "date YYYY-MM-DD" : "text";
}

const atLeast = (limit: number | undefined) => (limit === undefined || limit <= -9e15 ? "" : ` ≥ ${limit}`);
const atMost = (limit: number | undefined) => (limit === undefined || limit >= 9e15 ? "" : ` ≤ ${limit}`);

function valueFromText(option: OptionField, text: string): unknown {
  const scalar = (type: string | undefined, word: string): unknown => {
    if (type === "number" || type === "integer")
      return word.trim() === "" || Number.isNaN(Number(word)) ? word : Number(word);
    if (type === "boolean")
      return word === "true" || word === "1" ? true : word === "false" || word === "0" ? false : word;
    return word;
  };
  const listed = (word: string) => (word === "null" && option.nullItems ? null : scalar(option.items, word));
  if (text === "null" && !option.nullItems) return null;
  if (option.type === "array") {
    if (text.trim().startsWith("[")) return json(text);
    return text.trim() === "" ? [] : text.split(",").map((each) => listed(each.trim()));
  }
  if (option.type === "object") {
    if (text.trim().startsWith("{")) return json(text);
    // a comma may be a value: delimiter=;,decimal=,
    const pairs = text.split(/,(?=\s*[\w.-]+\s*=)/);
    return Object.fromEntries(
      pairs.map((pair) => {
        // what is given may have one itself: calls=count(*) FILTER (type = 'CALL')
        const [key, ...rest] = pair.split("=");
        return (rest.length ? [key, rest.join("=")] : [key]).map((word) => word.trim() || word);
      }),
    );
  }
  return scalar(option.type, text);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function unknownKey(section: string, key: string, fields: readonly OptionField[], where?: string): ChurnError {
  const names = fields.map((option) => option.key);
  const near = closestMatch(key, names);
  return new ChurnError("BAD_OPTION", `unknown option ${JSON.stringify(key)} in ${at(section, where)}`, {
    hint: near ? `did you mean ${JSON.stringify(near)}?` : `it takes ${names.join(", ")}`,
  });
}

function at(section: string, where: string | undefined): string {
  return where ? `"${section}" (${where})` : `"${section}"`;
}

function optionError(
  section: string,
  given: Record<string, unknown>,
  issues: readonly z.core.$ZodIssue[],
  fields: readonly OptionField[],
  where: string | undefined,
): ChurnError {
  const issue = deepest(issues[0]);
  if (issue.code === "unrecognized_keys" && issue.path.length === 0) {
    return unknownKey(section, issue.keys[0], fields, where);
  }
  const key = String(issue.path[0] ?? "");
  const option = fields.find((candidate) => candidate.key === key);
  const value = valueAt(given, issue.path);
  const path = issue.path.join(".");
  const fault = value === undefined ? "is missing" : `cannot be ${JSON.stringify(value)}`;
  const near = option?.choices && typeof value === "string" ? closestMatch(value, option.choices) : undefined;
  const isTold = ["custom", "unrecognized_keys"].includes(issue.code) || isOwnForm(issue);
  const own = isTold ? `: ${issue.message}` : "";
  return new ChurnError("BAD_OPTION", `option "${section}.${path}"${where ? ` (${where})` : ""} ${fault}${own}`, {
    hint:
      near && near !== value
        ? `did you mean ${JSON.stringify(near)}?`
        : `it takes: ${option?.takes || "another value"}`,
  });
}

/** Whether a text is not of the form that an option asks for, and the option says which one. */
const isOwnForm = (issue: z.core.$ZodIssue) =>
  issue.code === "invalid_format" && issue.format === "regex" && !issue.message.startsWith("Invalid");

/** What is wrong with a value of a union: the fault of the type that goes farthest, as of an element of a list. */
function deepest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== "invalid_union") return issue;
  const found = issue.errors.flat().reduce<z.core.$ZodIssue | undefined>((best, each) => {
    const inner = deepest(each);
    return best && best.path.length >= inner.path.length ? best : inner;
  }, undefined);
  return found ? { ...found, path: [...issue.path, ...found.path] } : issue;
}

function valueAt(given: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    given,
  );
}
