/** What a parameter takes, as far as its declaration says. */
export type ParameterType =
  | { kind: "number" | "bigint" | "string" | "boolean" | "date" | "null" | "undefined" }
  | { kind: "unknown"; text: string }
  | { kind: "literal"; value: string | number | boolean }
  /** A member of an enum, `Color.Red`. */
  | { kind: "member"; name: string; value: string | number }
  | { kind: "array"; items: ParameterType }
  | { kind: "tuple"; items: ParameterType[]; required: number; rest?: ParameterType }
  | { kind: "record"; values: ParameterType }
  | { kind: "object"; fields: { name: string; type: ParameterType; optional: boolean }[] }
  | { kind: "union"; of: ParameterType[] };

const WORDS = {
  number: "a number",
  bigint: "a whole number of any size",
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
    case "member":
      return `${type.name} (${JSON.stringify(type.value)})`;
    case "tuple":
      return `a list [${[...type.items.map(takes), ...(type.rest ? [`...${takes(type.rest)}`] : [])].join(", ")}]`;
    case "record":
      return type.values.kind === "unknown" ? "an object" : `an object of ${plural(takes(type.values))} by name`;
    case "array":
      if (type.items.kind === "unknown") return "a list";
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
  return words.replace(/^an? (number|date|list|object)/, "$1s");
}
