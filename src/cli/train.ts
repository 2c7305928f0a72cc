import type { Command } from "commander";
import { openStore } from "../store/open-store.js";
import { type TrainStageResult, train } from "../training/train.js";
import { formatFields } from "./format-fields.js";
import { stageCommand } from "./stage-command.js";

export function trainCommand(): Command {
  return stageCommand("train", {
    section: "train",
    summary: "train a model, test it on later days and other subscribers, and put it into service",
    async run(settings, context) {
      return machineForm(await train(openStore(settings.store), settings.train, context));
    },
    print: ({ model_version, artifact, card, best, metrics, baselines, notes }) =>
      [
        formatFields([
          ["model", model_version],
          [
            "parameters",
            Object.entries(best)
              .map(([key, value]) => `${key} ${value}`)
              .join(", "),
          ],
          ...(["roc_auc", "average_precision", "log_loss", "brier"] as const).map(
            (name) => [name, interval(metrics[name])] as const,
          ),
          ...baselines.map(
            (baseline) =>
              [`baseline ${baseline.name}: roc_auc`, baseline.metrics && interval(baseline.metrics.roc_auc)] as const,
          ),
          ["file", artifact],
          ["card", card],
        ]),
        ...notes.map((note) => `· ${note}`),
      ].join("\n"),
  });
}

/** What a program needs of a training: no charts, no arrays a row. */
function machineForm(result: TrainStageResult) {
  const { model_version, artifact, card, best, search, metrics, confusion, gate, predictions, notes } = result;
  const baselines = result.baselines.map(({ name, metrics, note }) => ({ name, metrics, note }));
  const threshold = result.model.threshold;
  return {
    model_version,
    artifact,
    card,
    best,
    threshold,
    metrics,
    confusion,
    baselines,
    search,
    gate,
    predictions,
    notes,
  };
}

function interval({
  value,
  low,
  high,
}: {
  value: number | null;
  low: number | null;
  high: number | null;
}): string | null {
  if (value === null) return null;
  return low === null || high === null
    ? value.toFixed(4)
    : `${value.toFixed(4)} (${low.toFixed(4)} … ${high.toFixed(4)})`;
}
