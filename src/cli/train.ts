import type { Command } from "commander";
import { snakeKeys } from "../core/key-case.js";
import { openStore } from "../store/open-store.js";
import { type TrainStageResult, train } from "../training/train.js";
import { formatFields } from "./format-fields.js";
import { stageCommand } from "./stage-command.js";

export function trainCommand(): Command {
  return stageCommand("train", {
    section: "train",
    summary: "train a model, test it on later days and other subscribers, and put it into service",
    run: (settings, context) => train(openStore(settings.store), settings.train, context),
    json: machineForm,
    print: ({ modelVersion, artifact, card, best, metrics, people, baselines, notes }) =>
      [
        formatFields([
          ["model", modelVersion],
          [
            "parameters",
            Object.entries(best)
              .map(([key, value]) => `${key} ${value}`)
              .join(", "),
          ],
          ...(["roc_auc", "average_precision", "log_loss", "brier"] as const).map(
            (name) => [name, interval(metrics[name])] as const,
          ),
          ["test people", peopleText(people)],
          ["profit per test person", interval(people.profit)],
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

/** What the model does to people at its threshold, each counted once. */
function peopleText({ people, churners, contacts, confusion }: TrainStageResult["people"]): string {
  const count = (n: number) => n.toLocaleString("en-US");
  return (
    `${count(churners)} of ${count(people)} churn: ${count(confusion.truePositives)} found, ${count(confusion.falseNegatives)} missed, ` +
    `${count(confusion.falsePositives)} false alarms, ${count(contacts)} contacts`
  );
}

/** What a program needs of a training, in snake_case: no charts, no arrays a row. */
function machineForm(result: TrainStageResult) {
  const { artifact, card, best, metrics, confusion, predictions, notes } = result;
  return {
    model_version: result.modelVersion,
    artifact,
    card,
    best,
    threshold: result.model.threshold,
    metrics,
    confusion,
    people: snakeKeys(result.people),
    baselines: result.baselines.map(({ name, metrics, note }) => ({ name, metrics, note })),
    search: result.search.map((row) => snakeKeys(row)),
    gate: snakeKeys(result.gate),
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
