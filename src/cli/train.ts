import type { Command } from "commander";
import { snakeKeys } from "../core/key-case.js";
import { openStore } from "../store/open-store.js";
import { COMPARED } from "../training/evaluate.js";
import type { Candidate } from "../training/report/candidate-table.js";
import { type TrainStageResult, train } from "../training/train.js";
import { formatFields } from "./format-fields.js";
import { stageCommand } from "./stage-command.js";

export function trainCommand(): Command {
  return stageCommand("train", {
    section: "train",
    summary: "train a model, test it on later days and other subscribers, and put it into service",
    run: (settings, context) => train(openStore(settings.store), settings.train, context),
    json: machineForm,
    print: ({ modelVersion, artifact, card, best, metrics, people, candidates, notes }) =>
      [
        formatFields([
          ["model", modelVersion],
          ["chosen", candidates.find(({ chosen }) => chosen)?.name ?? null],
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
          ["file", artifact],
          ["card", card],
        ]),
        candidateLines(candidates),
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
    why: result.why,
    candidates: result.candidates.map(({ probability: _, ...candidate }) => snakeKeys(candidate)),
    search: result.search.map((row) => snakeKeys(row)),
    gate: snakeKeys(result.gate),
    predictions,
    notes,
  };
}

/** All candidates: as they did in the folds, and on the test rows. */
function candidateLines(candidates: readonly Candidate[]): string {
  const three = (metrics: Candidate["metrics"] | Candidate["crossValidated"]) =>
    COMPARED.map((name) => (metrics?.[name].value ?? Number.NaN).toFixed(4)).join("  ");
  const width = Math.max(...candidates.map(({ name }) => name.length));
  const head = "ROC AUC, average precision, log loss";
  return [
    `${"candidate".padEnd(width)}  cross-validated         test            (${head})`,
    ...candidates.map(({ name, chosen, metrics, crossValidated, note }) =>
      metrics
        ? `${name.padEnd(width)}  ${three(crossValidated)}  ${three(metrics)}${chosen ? "  chosen" : ""}`
        : `${name.padEnd(width)}  ${note}`,
    ),
  ].join("\n");
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
