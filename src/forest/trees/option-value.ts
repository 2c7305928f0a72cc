/** One kind of value that an option takes; an option takes one or more of them. */
export type OptionValue =
  | { readonly type: "integer"; readonly least: number; readonly most?: number }
  /** A number within limits; `below` and `above` are outside of them. */
  | {
      readonly type: "number";
      readonly least?: number;
      readonly above?: number;
      readonly most?: number;
      readonly below?: number;
    }
  | { readonly type: "word"; readonly words: readonly string[] }
  | { readonly type: "boolean" }
  | { readonly type: "text" }
  /** No limit, or whatever `means` says. */
  | { readonly type: "null"; readonly means: string }
  /** An array of a weight for each class; only programs can give it. */
  | { readonly type: "weights" }
  /** 1 or −1 by name of a column; only programs can give it. */
  | { readonly type: "signs" };

/** Whether a value is of a kind. */
export function isOptionValue(kind: OptionValue, value: unknown): boolean {
  switch (kind.type) {
    case "integer":
      return Number.isInteger(value) && isWithin(value, kind.least, kind.most);
    case "number":
      return (
        Number.isFinite(value) &&
        isWithin(value, kind.least, kind.most) &&
        value !== kind.above &&
        value !== kind.below &&
        isWithin(value, kind.above, kind.below)
      );
    case "word":
      return kind.words.some((word) => word === value);
    case "boolean":
      return typeof value === "boolean";
    case "text":
      return typeof value === "string";
    case "null":
      return value === null;
    case "weights":
      return Array.isArray(value) && value.every((weight) => Number.isFinite(weight) && weight > 0);
    case "signs":
      return typeof value === "object" && value !== null && Object.values(value).every((s) => s === 1 || s === -1);
  }
}

function isWithin(value: unknown, least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY): boolean {
  return typeof value === "number" && value >= least && value <= most;
}

/** What an option takes, for the hint of an error: `a whole number ≥ 1, or null for no limit`. */
export function describeOptionValues(kinds: readonly OptionValue[]): string {
  const words = kinds.map(describe);
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")}, or ${words.at(-1)}`;
}

function describe(kind: OptionValue): string {
  switch (kind.type) {
    case "integer":
      return kind.most === undefined
        ? `a whole number ≥ ${kind.least}`
        : `a whole number from ${kind.least} to ${kind.most}`;
    case "number": {
      const limits = [
        ...(kind.least === undefined ? [] : [`≥ ${kind.least}`]),
        ...(kind.above === undefined ? [] : [`above ${kind.above}`]),
        ...(kind.most === undefined ? [] : [`at most ${kind.most}`]),
        ...(kind.below === undefined ? [] : [`below ${kind.below}`]),
      ];
      return ["a number", limits.join(" and ")].join(" ").trim();
    }
    case "word":
      return kind.words.map((word) => JSON.stringify(word)).join(", ");
    case "boolean":
      return "true or false";
    case "text":
      return "a text";
    case "null":
      return `null for ${kind.means}`;
    case "weights":
      return "an array of a weight > 0 for each class";
    case "signs":
      return "an object of 1 or -1 by column name";
  }
}
