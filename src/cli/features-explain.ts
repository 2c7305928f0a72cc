import type { Command } from "commander";
import type { Settings } from "../config/configure.js";
import { ChurnError } from "../core/errors.js";
import { checkPlan } from "../features/check-plan.js";
import { explainPlan, explanationText } from "../features/explain-plan.js";
import type { FeaturePlan } from "../features/feature-plan.js";
import { findPlan } from "../features/find-plan.js";
import { openStore } from "../store/open-store.js";
import { loadModel } from "../training/artifact.js";
import { stageCommand } from "./stage-command.js";

export function explainCommand(): Command {
  const command: Command = stageCommand("explain", {
    section: "features",
    summary: "say what the features are: sources, days, label, and each feature with title, unit, meaning and SQL",
    run: async (settings) => explainPlan(await planOf(settings, command.opts().planOf)),
    print: explanationText,
  });
  return command.option(
    "--plan-of <model.json>",
    "the plan that a model carries, not that of the settings and the log",
  );
}

/** The plan that a model carries, or the one that the settings give of the log. */
export async function planOf(settings: Settings, model: string | undefined): Promise<FeaturePlan> {
  if (model === undefined) {
    return openStore(settings.store).lease(async (db) => (await findPlan(db, settings.features)).plan);
  }
  const { plan } = (await loadModel(model)).facts;
  if (plan) return checkPlan(plan, `of ${model}`);
  throw new ChurnError("BAD_INPUT", `the model ${JSON.stringify(model)} carries no feature plan`, {
    hint: "it was trained on a table of another tool",
  });
}
