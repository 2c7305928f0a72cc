import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { SECTIONS } from "./configure.js";
import { readLayer } from "./layer.js";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const PAGES = [
  "README.md",
  "CONTRIBUTING.md",
  ...[
    "benchmarks",
    "charts",
    "data",
    "dependencies",
    "docker",
    "errors",
    "exploring",
    "forest",
    "monitoring",
    "notebooks",
    "options",
    "service",
    "store",
    "training",
  ].map((page) => `docs/${page}.md`),
];

it.each(PAGES)("every link of %s leads somewhere, and nothing is left to fill in", (page) => {
  const text = read(page).replace(/```[\s\S]*?```/g, "");
  for (const [, target] of text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
    if (/^https?:/.test(target)) continue;
    expect(existsSync(fileURLToPath(new URL(target, new URL(page, root)))), target).toBe(true);
  }
  expect(text).not.toMatch(/@[A-Z_]{3,}@|TODO|FIXME/);
});

it("the config in the readme is a config", () => {
  const config = /```json\n([\s\S]*?)```/.exec(read("README.md"))?.[1] as string;
  expect(readLayer(JSON.parse(config), SECTIONS, "README.md", "/").length).toBeGreaterThan(5);
});
