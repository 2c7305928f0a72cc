import { splitLines } from "./notebook.js";
import { secretForms } from "./secret-forms.js";

/** Text that a notebook needs while it runs, and that no output, page or log may carry: a password, a token. */
export type Secret = string;

/** What stands where a secret was. */
export const MASK = "[secret]";

/** Values so short that they would be found everywhere are left. */
const SHORTEST = 3;

/** Words of so few letters stand within others: they are masked where they stand alone. */
const WORD = /^[a-z]{3,5}$/i;

/** Whether a secret is a word that is masked only where it stands alone, so that nothing else is damaged. */
export const isWord = (secret: unknown): boolean => typeof secret === "string" && WORD.test(secret);

/** Makes a function that masks values in texts, in the forms in which they turn up; of lists and objects, every text. */
export function masker(values: Iterable<unknown>): (text: string) => string {
  const forms = new Set<string>();
  for (const text of [...values].flatMap(textsOf)) {
    const lines = text.includes("\n") ? text.split(/\r?\n/).filter((line) => line.length >= 8) : [];
    for (const part of [text, ...lines]) {
      if (part.length < SHORTEST || part === MASK) continue;
      for (const form of secretForms(part)) forms.add(form);
    }
  }
  // the longest first: a form may be a part of another
  const sorted = [...forms].sort((a, b) => b.length - a.length);
  if (sorted.length === 0) return (text) => text;
  const pattern = new RegExp(sorted.map(patternOf).join("|"), "gu");
  return (text) => text.replace(pattern, MASK);
}

function patternOf(form: string): string {
  const escaped = form.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return WORD.test(form) ? `(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])` : escaped;
}

function textsOf(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  return typeof value === "object" ? Object.values(value).flatMap(textsOf) : [String(value)];
}

/**
 * A copy of a value with every text in it masked; texts that are kept in lines are masked as a whole.
 *
 * A name of a field that is a word stays, since the forms of charts and tables have such names.
 */
export function maskDeep<T>(value: T, mask: (text: string) => string): T {
  const visit = (part: unknown): unknown => {
    if (typeof part === "string") return mask(part);
    if (Array.isArray(part)) {
      if (part.length > 1 && part.every((item) => typeof item === "string")) {
        const text = part.join("");
        const masked = mask(text);
        if (masked !== text) return splitLines(masked);
      }
      return part.map(visit);
    }
    if (typeof part === "object" && part !== null) {
      return Object.fromEntries(
        Object.entries(part).map(([key, inner]) => [
          /^[$\w.+/-]*$/.test(key) && !/\d/.test(key) ? key : mask(key),
          visit(inner),
        ]),
      );
    }
    return part;
  };
  return visit(value) as T;
}
