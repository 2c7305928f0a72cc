import type { ParameterType } from "./parameter-type.js";

/** A value whose source is a name: a member of an enum. */
export class NamedValue {
  constructor(
    readonly name: string,
    readonly value: string | number,
  ) {}

  toJSON(): string | number {
    return this.value;
  }
}

/** What came of a value; undefined where it does not fit. */
export type Fitted<T = unknown> = { value: T } | undefined;

/** A value that fits, made ready for the cell; undefined when it does not fit. */
export function fitValue(type: ParameterType, value: unknown): Fitted {
  switch (type.kind) {
    case "unknown":
      return isPlain(value) ? { value } : undefined;
    case "literal":
      return value === type.value ? { value } : undefined;
    case "member": {
      const isMeant = value === type.value || value === type.name || value === type.name.split(".").at(-1);
      return isMeant ? { value: new NamedValue(type.name, type.value) } : undefined;
    }
    case "null":
      return value === null ? { value } : undefined;
    case "undefined":
      return value === undefined ? { value } : undefined;
    case "number":
      return typeof value === "number" ? { value } : undefined;
    case "bigint":
      if (typeof value === "bigint") return { value };
      return Number.isSafeInteger(value) ? { value: BigInt(value as number) } : undefined;
    case "date":
      return fitDate(value);
    case "union":
      for (const option of type.of) {
        const fitted = fitValue(option, value);
        if (fitted) return fitted;
      }
      return undefined;
    case "array":
      return Array.isArray(value) ? fitAll(Array.from(value, (item) => fitValue(type.items, item))) : undefined;
    case "tuple":
      return Array.isArray(value) ? fitTuple(type, value) : undefined;
    case "record": {
      if (!isObject(value)) return undefined;
      const names = Object.keys(value);
      const fitted = fitAll(names.map((name) => fitValue(type.values, value[name])));
      return fitted && { value: Object.fromEntries(names.map((name, i) => [name, fitted.value[i]])) };
    }
    case "object":
      return fitObject(type.fields, value);
    default:
      return typeof value === type.kind ? { value } : undefined;
  }
}

/** Values one by one; undefined when one of them is. */
export function fitAll(items: Fitted[]): Fitted<unknown[]> {
  const values: unknown[] = [];
  for (const item of items) {
    if (!item) return undefined;
    values.push(item.value);
  }
  return { value: values };
}

function fitTuple(type: Extract<ParameterType, { kind: "tuple" }>, values: unknown[]): Fitted {
  if (values.length < type.required) return undefined;
  return fitAll(
    values.map((value, i) => {
      const of = type.items[i] ?? type.rest;
      return of && fitValue(of, value);
    }),
  );
}

/** A date as it is, or as a text that begins with a day that exists. */
export function fitDate(value: unknown): Fitted<Date> {
  if (!(value instanceof Date) && !(typeof value === "string" && /^\d{4}-\d\d-\d\d/.test(value))) return undefined;
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return undefined;
  if (typeof value !== "string") return { value: date };
  // JavaScript takes 2024-02-31 for the 2nd of March
  const day = value.slice(0, 10);
  return new Date(day).toISOString().startsWith(day) ? { value: date } : undefined;
}

function fitObject(fields: { name: string; type: ParameterType; optional: boolean }[], value: unknown): Fitted {
  if (!isObject(value)) return undefined;
  if (Object.keys(value).some((key) => !fields.some(({ name }) => name === key))) return undefined;
  const fitted: [string, unknown][] = [];
  for (const { name, type, optional } of fields) {
    if (!Object.hasOwn(value, name)) {
      if (!optional) return undefined;
      continue;
    }
    const field = fitValue(type, value[name]);
    if (!field) return undefined;
    fitted.push([name, field.value]);
  }
  return { value: Object.fromEntries(fitted) };
}

/** An object of names with values, and no instance of a class, which would lose what it is. */
function isObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  // one of another realm, as of a test's, has a prototype of its own
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Whether a value can be written as source, all of it. */
function isPlain(value: unknown, within: readonly unknown[] = []): boolean {
  if (typeof value === "function" || typeof value === "symbol") return false;
  // one that a number would round is taken only where the type says bigint
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value));
  if (typeof value !== "object" || value === null) return true;
  if (value instanceof Date) return !Number.isNaN(value.getTime());
  if (within.includes(value)) return false;
  const inner = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : undefined;
  return inner?.every((each) => isPlain(each, [...within, value])) ?? false;
}
