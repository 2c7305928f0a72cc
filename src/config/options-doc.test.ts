import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { initOptions } from "../init/options.js";
import { treeOptions } from "../tables/options.js";
import { SECTIONS } from "./configure.js";

const OTHERS = [
  ["churn forest fit, churn forest cv", treeOptions],
  ["churn init", initOptions],
] as const;
const page = readFileSync(new URL("../../docs/options.md", import.meta.url), "utf8");

it("docs/options.md lists every option with its help (node scripts/options-doc.js writes it)", () => {
  for (const [section, { fields }] of [...Object.entries(SECTIONS), ...OTHERS] as const) {
    const part = page.split(`\n## ${section}\n`)[1]?.split("\n## ")[0] ?? "";
    expect([section, (part.match(/^\| `/gm) ?? []).length]).toEqual([section, fields.length]);
    for (const { key, help, takes } of fields) {
      expect(part).toContain(`| \`${key}\` | ${takes.replaceAll("|", "\\|")} |`);
      expect(part).toContain(help.replaceAll("|", "\\|"));
    }
  }
});

it("every option says what it is for", () => {
  for (const { fields } of Object.values(SECTIONS)) {
    for (const { key, help, takes } of fields) {
      expect(help.length, key).toBeGreaterThan(5);
      expect(takes, key).not.toBe("");
    }
  }
});
