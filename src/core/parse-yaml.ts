import { createRequire } from "node:module";

/** Reads YAML 1.2 text. The library is loaded when there is some: it is 70 files, and most work has none to read. */
export function parseYaml(text: string): unknown {
  const { parse } = createRequire(import.meta.url)("yaml") as typeof import("yaml");
  return parse(text);
}

/** The same; whole numbers beyond 2^53, which a number would round, become bigints. */
export function parseYamlExact(text: string): unknown {
  const { parse } = createRequire(import.meta.url)("yaml") as typeof import("yaml");
  const settle = (_: unknown, value: unknown) =>
    typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value;
  return parse(text, settle, { intAsBigInt: true });
}
