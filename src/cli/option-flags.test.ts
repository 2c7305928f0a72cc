import { describe, expect, it } from "vitest";
import { SECTIONS } from "../config/configure.js";
import type { OptionField, OptionSet } from "../core/option-set.js";
import { treeOptions } from "../tables/options.js";
import { placeholder } from "./option-flags.js";

type AnyOptions = OptionSet<never, unknown>;
const sets = { ...SECTIONS, forest: treeOptions } as unknown as Record<string, AnyOptions>;
const options = Object.entries(sets).flatMap(([section, set]) =>
  set.fields.map((field) => [`${section}.${field.key}`, set, field] as const),
);

/** Whether the text of a flag is a value of the option. */
function accepts(set: AnyOptions, { key }: OptionField, text: string): boolean {
  try {
    set.parse({ [key]: set.fromText(key, text) });
    return true;
  } catch {
    return false;
  }
}

// texts that some option takes each, as its check of a path, a host, a hash or an address asks
const TEXTS = [
  "zebra",
  "a".repeat(64),
  "https://example.org/x",
  "mysql://user@host/Raw",
  "127.0.0.1",
  "2024-01-05..2024-01-07",
];
const PAIRS = ["DP_MSISDN=customer,DP_DATE=day", "DP_DATA_VOLUME=amount (US dollars)", "spend=sum(quantity * price)"];
const OBJECTS = [
  ...['{"delimiter": ";", "decimal": ","}', '{"format": "%d.%m.%Y"}'],
  ...[
    '{"source": "a.csv", "subscriber": "id", "columns": ["plan"]}',
    '{"source": "a.csv", "subscriber": "id", "day": "left"}',
  ],
];

/** Texts for one word of what an option takes: one of them at least has to be accepted. */
function examples(word: string): string[] {
  if (word.startsWith("list of list of ")) return ["[[0, -5], [-20, 95]]"];
  if (word.startsWith("list of ")) return examples(word.slice("list of ".length));
  const limits = [...word.matchAll(/[≥≤>] ([\d.]+)/g)].map(([, limit]) => Number(limit));
  if (/^(whole )?number/.test(word)) return [1, 2, 0.5, ...limits, ...limits.map((limit) => limit + 1)].map(String);
  if (word === "text") return TEXTS;
  if (/^object\b/.test(word)) return [...PAIRS, ...OBJECTS];
  return [word === "date YYYY-MM-DD" ? "2024-02-29" : word];
}

describe.each(options)("%s", (_name, set, field) => {
  const words = field.takes.replace(/^list of (?!list)/, "").split(" | ");

  it("accepts everything that its help says it takes, as the text of a flag", () => {
    for (const word of words) {
      expect(
        examples(word).some((text) => accepts(set, field, text)),
        word,
      ).toBe(true);
    }
    expect(accepts(set, field, "null")).toBe(words.includes("null"));
  });

  it("has a placeholder for what it takes", () => {
    const shown = placeholder(field).split("|");
    const takesNumbers = words.some((word) => /^(whole )?number/.test(word));
    if (field.type === "array") {
      const isNumeric = words.every((word) => /^(list of list of )?(whole )?number|^null/.test(word));
      return expect(shown).toEqual([isNumeric ? "n,n,…" : "a,b,…"]);
    }
    expect(shown.includes("n")).toBe(takesNumbers);
    expect(shown.includes("text")).toBe(words.includes("text"));
    for (const word of shown.filter((word) => /^\w\w+$/.test(word) && word !== "text"))
      expect(accepts(set, field, word), word).toBe(true);
  });
});
