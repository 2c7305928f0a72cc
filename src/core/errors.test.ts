import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { ERROR_CODES } from "./errors.js";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");

it("docs/errors.md has a row for every code, with its statuses, and no other", () => {
  const rows = [...read("../../docs/errors.md").matchAll(/^\| `([A-Z_]+)` \| (\d+) \| (\d+) \| (.+) \| (.+) \|$/gm)];
  expect(rows.map(([, code, exit, status]) => [code, Number(exit), Number(status)])).toEqual(
    Object.entries(ERROR_CODES).map(([code, { exit, status }]) => [code, exit, status]),
  );
});

it("every code is one that some failure has", () => {
  const src = new URL("../", import.meta.url);
  const text = readdirSync(src, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts") && path !== "core/errors.ts")
    .map((path) => readFileSync(new URL(path, src), "utf8"))
    .join("\n");
  expect(Object.keys(ERROR_CODES).filter((code) => !text.includes(`"${code}"`))).toEqual([]);
});
