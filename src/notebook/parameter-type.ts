/** What a parameter takes, as far as its declaration says. */
export type ParameterType =
  | { kind: "number" | "string" | "boolean" | "date" | "null" | "undefined" }
  | { kind: "unknown"; text: string }
  | { kind: "literal"; value: string | number | boolean }
  | { kind: "array"; items: ParameterType }
  | { kind: "object"; fields: { name: string; type: ParameterType; optional: boolean }[] }
  | { kind: "union"; of: ParameterType[] };

const WORDS = {
  number: "a number",
  string: "text",
  boolean: "true or false",
  date: "a date YYYY-MM-DD",
  null: "null",
  undefined: "undefined",
};

/** What a type takes, in words for an error or a help text: `a number | "auto"`. */
export function takes(type: ParameterType): string {
  switch (type.kind) {
    case "literal":
      return JSON.stringify(type.value);
    case "array":
      return type.items.kind === "union"
        ? `a list of (${takes(type.items)})`
        : `a list of ${plural(takes(type.items))}`;
    case "object":
      return `an object {${type.fields.map(({ name, optional }) => (optional ? `${name}?` : name)).join(", ")}}`;
    case "union":
      return type.of.map(takes).join(" | ");
    case "unknown":
      return type.text;
    default:
      return WORDS[type.kind];
  }
}

function plural(words: string): string {
  return words.replace(/^an? (number|date)/, "$1s");
}

/** A value that fits, made ready for the cell; undefined when it does not fit. */
export function fitValue(type: ParameterType, value: unknown): { value: unknown } | undefined {
  switch (type.kind) {
    case "unknown":
      return { value };
    case "literal":
      return value === type.value ? { value } : undefined;
    case "null":
      return value === null ? { value } : undefined;
    case "undefined":
      return value === undefined ? { value } : undefined;
    case "number":
      return typeof value === "number" ? { value } : undefined;
    case "date":
      return fitDate(value);
    case "union":
      for (const option of type.of) {
        const fitted = fitValue(option, value);
        if (fitted) return fitted;
      }
      return undefined;
    case "array":
      return Array.isArray(value) ? fitAll(value.map((item) => fitValue(type.items, item))) : undefined;
    case "object":
      return fitObject(type.fields, value);
    default:
      return typeof value === type.kind ? { value } : undefined;
  }
}

function fitAll(items: ({ value: unknown } | undefined)[]): { value: unknown[] } | undefined {
  const values: unknown[] = [];
  for (const item of items) {
    if (!item) return undefined;
    values.push(item.value);
  }
  return { value: values };
}

function fitDate(value: unknown): { value: Date } | undefined {
  if (!(value instanceof Date) && !(typeof value === "string" && /^\d{4}-\d\d-\d\d/.test(value))) return undefined;
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return undefined;
  // JavaScript takes 2024-02-31 for the 2nd of March
  const isSameDay = typeof value !== "string" || value.length > 10 || date.toISOString().startsWith(value);
  return isSameDay ? { value: date } : undefined;
}

function fitObject(
  fields: { name: string; type: ParameterType; optional: boolean }[],
  value: unknown,
): { value: unknown } | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Date) return undefined;
  const given = value as Record<string, unknown>;
  if (Object.keys(given).some((key) => !fields.some(({ name }) => name === key))) return undefined;
  const fitted: Record<string, unknown> = {};
  for (const { name, type, optional } of fields) {
    if (!(name in given)) {
      if (!optional) return undefined;
      continue;
    }
    const field = fitValue(type, given[name]);
    if (!field) return undefined;
    fitted[name] = field.value;
  }
  return { value: fitted };
}

/** Reads the text of a flag as a value of a type; undefined when it is none. */
export function fromText(type: ParameterType, text: string): { value: unknown } | undefined {
  switch (type.kind) {
    case "string":
      return { value: text };
    case "number": {
      const trimmed = text.trim().replace(/(?<=\d)_(?=\d)/g, "");
      const value = trimmed === "" ? Number.NaN : Number(trimmed);
      return Number.isNaN(value) ? undefined : { value };
    }
    case "boolean":
      return /^(true|false)$/i.test(text) ? { value: /^t/i.test(text) } : undefined;
    case "null":
      return /^(null|none|~)$/i.test(text) ? { value: null } : undefined;
    case "undefined":
      return text === "undefined" ? { value: undefined } : undefined;
    case "literal":
      return text === String(type.value) ? { value: type.value } : undefined;
    case "date":
      return fitDate(text);
    case "union": {
      // a text would take anything: it comes last
      const options = [...type.of].sort((a, b) => Number(a.kind === "string") - Number(b.kind === "string"));
      for (const option of options) {
        const read = fromText(option, text);
        if (read) return read;
      }
      return undefined;
    }
    case "array":
      if (text.trim().startsWith("[")) return fromJson(type, text);
      return fitAll(text === "" ? [] : text.split(",").map((item) => fromText(type.items, item.trim())));
    case "object":
      return fromJson(type, text);
    case "unknown":
      return { value: guess(text) };
  }
}

function fromJson(type: ParameterType, text: string): { value: unknown } | undefined {
  try {
    return fitValue(type, JSON.parse(text));
  } catch {
    return undefined;
  }
}

/**
 * Reads the text of `-p` where the notebook declares no type, as papermill does: numbers, true, false and none, else the
 * text.
 */
function guess(text: string): unknown {
  if (/^(true|false)$/i.test(text)) return /^t/i.test(text);
  if (/^none$/i.test(text)) return null;
  if (text.trim() !== "" && !Number.isNaN(Number(text))) return Number(text);
  return text;
}
