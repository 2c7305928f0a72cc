import type { OptionField } from "../core/option-set.js";

/** Name of an option as a flag. */
export const kebab = (key: string) => key.replaceAll("_", "-");

/** An option as a flag of a command: `--batch-size <n>`; of one that is true or false the value may be left out. */
export function flagOf(field: OptionField, name = kebab(field.key)): string {
  return field.type === "boolean" ? `--${name} [true|false]` : `--${name} <${placeholder(field)}>`;
}

/** What stands for the value of a flag in a help. */
export function placeholder({ type, items, choices = [], takes }: OptionField): string {
  if (type === "array") return items !== "string" && choices.length === 0 ? "n,n,…" : "a,b,…";
  if (type === "boolean") return "true|false";
  if (type === "object") return "a=b,…";
  if (type === "number" || type === "integer") return ["n", ...choices].join("|");
  if (choices.length) return choices.join("|");
  return takes.startsWith("date") ? "YYYY-MM-DD" : "text";
}

/** The default of an option, for its help. */
export function shownDefault(field: OptionField): string {
  const value = field.default;
  if (value === undefined || value === null || (typeof value === "object" && Object.keys(value).length === 0))
    return "";
  return ` (default: ${Array.isArray(value) ? value.join(",") : String(value)})`;
}
