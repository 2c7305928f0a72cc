import { type Fitted, fitAll, fitDate, fitValue } from "./fit-value.js";
import type { ParameterType } from "./parameter-type.js";
import { isRounded, parseJsonExact } from "./parse-json-exact.js";

/** Reads the text of a flag as a value of a type; undefined when it is none. */
export function fromText(type: ParameterType, text: string): Fitted {
  switch (type.kind) {
    case "string":
      return { value: text };
    case "number":
      return numberOf(text);
    case "bigint": {
      const digits = text
        .trim()
        .replace(/(?<=\d)_(?=\d)/g, "")
        .replace(/n$/, "");
      return /^[+-]?\d+$/.test(digits) ? { value: BigInt(digits) } : undefined;
    }
    case "boolean":
      return /^(true|false)$/i.test(text) ? { value: /^t/i.test(text) } : undefined;
    case "null":
      return /^(null|none|~)$/i.test(text) ? { value: null } : undefined;
    case "undefined":
      return text === "undefined" ? { value: undefined } : undefined;
    case "literal":
      return text === String(type.value) ? { value: type.value } : undefined;
    case "member":
      return fitValue(type, text === String(type.value) ? type.value : text);
    case "date":
      return fitDate(text);
    case "union":
      return fromUnion(type.of, text);
    case "array":
      if (text.trim().startsWith("[")) return fromJson(type, text);
      return fitAll(text === "" ? [] : text.split(",").map((item) => fromText(type.items, item.trim())));
    case "tuple": {
      if (text.trim().startsWith("[")) return fromJson(type, text);
      const parts = text === "" ? [] : text.split(",");
      const read = fitAll(parts.map((part, i) => fromText(type.items[i] ?? type.rest ?? NEVER, part.trim())));
      return read && fitValue(type, read.value);
    }
    case "record":
    case "object":
      return fromJson(type, text);
    case "unknown":
      return guess(type, text);
  }
}

/** Takes no text. */
const NEVER: ParameterType = { kind: "union", of: [] };

function numberOf(text: string): Fitted<number> {
  const trimmed = text.trim().replace(/(?<=\d)_(?=\d)/g, "");
  if (trimmed === "" || isRounded(trimmed)) return undefined;
  const value = Number(trimmed);
  return Number.isNaN(value) ? undefined : { value };
}

/** Where a text is allowed too, only what is written as a number is one: a code as 00123 is none. */
const WRITTEN_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i;

function fromUnion(options: ParameterType[], text: string): Fitted {
  const takesText = options.some(({ kind }) => kind === "string");
  // a text would take anything: it comes last
  const sorted = [...options].sort((a, b) => Number(a.kind === "string") - Number(b.kind === "string"));
  for (const option of sorted) {
    if (takesText && option.kind === "number" && !WRITTEN_NUMBER.test(text)) continue;
    // and a list between commas would take any text
    if (takesText && /^(array|tuple)$/.test(option.kind) && !text.trim().startsWith("[")) continue;
    const read = fromText(option, text);
    if (read) return read;
  }
  return undefined;
}

function fromJson(type: ParameterType, text: string): Fitted {
  try {
    return fitValue(type, parseJsonExact(text));
  } catch {
    return undefined;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Reads a text where the notebook declares no type, as papermill does: numbers, true, false and none, lists and objects in
 * JSON, else the text. A whole number that would be rounded is none of them.
 */
function guess(type: ParameterType, text: string): Fitted {
  if (/^(true|false)$/i.test(text)) return { value: /^t/i.test(text) };
  if (/^(none|null)$/i.test(text)) return { value: null };
  if (WRITTEN_NUMBER.test(text.trim())) return numberOf(text);
  return /^\s*[[{]/.test(text) && isJson(text) ? fromJson(type, text) : { value: text };
}
