// Writes docs/options.md from the definitions of the options.
import { writeFileSync } from "node:fs";

const { SECTIONS } = await import("../dist/config/configure.js");
const { initOptions } = await import("../dist/init/options.js");
const { treeOptions } = await import("../dist/tables/options.js");
const cell = (text) => String(text).replaceAll("|", "\\|").replaceAll("\n", " ");
const shown = (value) =>
  value === undefined ? "" : `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
const lines = [
  "# Options",
  "",
  "Every option has one definition, which the config file, the environment, the flags, the notebooks and this page read. Later",
  "wins: default, `churn.config.json` (or `--config FILE`), environment, flag.",
  "",
  "| where | `features.horizon` is written |",
  "|---|---|",
  '| config file | `{ "features": { "horizon": 30 } }`, or `{ "horizon": 30 }` for every stage that has a horizon |',
  "| environment | `CHURN_FEATURES_HORIZON=30`, or `CHURN_HORIZON=30` |",
  "| flag | `churn features --horizon 30`, `churn train --features.horizon 30`, `churn run --horizon 30` |",
  "",
  "A relative path in a config file starts from the file's folder, in a flag or variable from the current folder, and a default",
  "from the project's root, which is the nearest folder above with a `churn.config.json`. An unknown key or a wrong value stops",
  "the command with exit code 2 and names the key, the value, and the nearest valid one.",
];
for (const [name, { fields }] of [
  ...Object.entries(SECTIONS),
  ["churn forest fit, churn forest cv", treeOptions],
  ["churn init", initOptions],
]) {
  lines.push("", `## ${name}`, "", "| option | takes | default | |", "|---|---|---|---|");
  for (const field of fields) {
    lines.push(`| \`${field.key}\` | ${cell(field.takes)} | ${cell(shown(field.default))} | ${cell(field.help)} |`);
  }
}
writeFileSync(new URL("../docs/options.md", import.meta.url), `${lines.join("\n")}\n`);
