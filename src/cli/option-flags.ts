import type { OptionField } from "../core/option-set.js";

/** Name of an option as a flag. */
export const kebab = (key: string) => key.replaceAll("_", "-");

/** What stands for the value of a flag in a help. */
export function placeholder(field: OptionField): string {
  if (field.choices) return field.choices.join("|");
  if (field.type === "array") return field.items === "integer" || field.items === "number" ? "n,n,…" : "a,b,…";
  if (field.type === "object") return "a=b,…";
  if (field.takes.startsWith("date")) return "YYYY-MM-DD";
  return field.type === "string" ? "text" : "n";
}

/** The default of an option, for its help. */
export function shownDefault(field: OptionField): string {
  const value = field.default;
  if (value === undefined || value === null || (typeof value === "object" && Object.keys(value).length === 0))
    return "";
  return ` (default: ${Array.isArray(value) ? value.join(",") : String(value)})`;
}
