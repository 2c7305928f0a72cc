import { resolve } from "node:path";
import type { Command } from "commander";
import { type FeatureValidation, validateFeatures } from "../features/validate-features.js";
import { openStore } from "../store/open-store.js";
import { planOf } from "./features-explain.js";
import { formatFields } from "./format-fields.js";
import { stageCommand } from "./stage-command.js";

export function validateCommand(): Command {
  const command: Command = stageCommand("validate", {
    section: "features",
    summary:
      "check a file of features that another tool made against the plan, value by value: exit status 0 only when it fits",
    async run(settings, context) {
      const { planOf: model, tolerance } = command.opts() as { planOf?: string; tolerance: string };
      const plan = await planOf(settings, model);
      const options = { store: openStore(settings.store), tolerance: Number(tolerance) };
      const result = await validateFeatures(resolve(command.args[0] ?? ""), plan, options, context);
      if (!result.ok) process.exitCode = 1;
      return result;
    },
    print: validationText,
  });
  return command
    .argument("<file>", "Parquet or CSV: User, Date, and the features by their names")
    .option("--plan-of <model.json>", "the plan that a model carries, not that of the settings and the log")
    .option("--tolerance <n>", "difference that counts as none, of the larger of 1 and the value", "1e-9");
}

function validationText({ file, planHash, rows, subscribers, days, checks, ok, values }: FeatureValidation): string {
  const same = values?.filter(({ differ }) => differ === 0).length;
  return [
    formatFields([
      ["file", file],
      ["plan", planHash],
      ["rows", rows],
      ["subscribers", subscribers],
      ["snapshot days", days.length ? `${days.length}: ${days[0]} … ${days.at(-1)}` : "none"],
      ["features equal", values && `${same} of ${values.length}`],
    ]),
    ...checks.flatMap((each) => [
      `${each.ok ? "✓" : "✗"} ${each.check}${each.faults ? `: ${each.faults.toLocaleString("en-US")}` : ""}`,
      ...each.examples.map((example) => `    ${example}`),
    ]),
    ok ? "the file is that of the plan" : "the file is not that of the plan",
  ].join("\n");
}
