import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { ChurnError } from "../../core/errors.js";
import { CALCULATORS } from "./calculators.js";
import { monitorConfig } from "./monitor-config.js";

const page = readFileSync(new URL("../../../docs/monitoring.md", import.meta.url), "utf8");

it("docs/monitoring.md lists every calculator with its title, section and name in NannyML", () => {
  const rows = CALCULATORS.map((each) => {
    const theirs = "nannyml" in each && each.nannyml ? `\`${each.nannyml.type}\`` : "–";
    return `| \`${each.name}\` | ${each.title} | \`${each.config.section}\` | ${theirs} |`;
  });
  const table = page.split("| name | title | section | in NannyML |\n|---|---|---|---|\n")[1] ?? "";
  expect(table.split("\n\n")[0].split("\n")).toEqual(rows);
});

it("docs/monitoring.md shows the message of a wrong value as it is", () => {
  let fault: unknown;
  try {
    monitorConfig({ cbpe: { metrics: ["f1", "roc_aux"] } });
  } catch (error) {
    fault = error;
  }
  if (!(fault instanceof ChurnError)) throw new Error("the configuration was taken");
  expect(page).toContain(`churn: ${fault.message.split("\n")[0]}\n  → ${fault.hint}`);
});
