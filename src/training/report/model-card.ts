import { dateOf } from "../../core/days.js";
import type { ChurnModel, ModelReport } from "../churn-model.js";
import { COMPARED, type Estimate, type Metrics } from "../evaluate.js";
import { METRIC_HELP, type MetricName } from "../metric-name.js";
import { peopleRule } from "../people.js";
import { planLabel } from "../plan-titles.js";
import { verdictOf } from "./candidate-words.js";

/**
 * The model card (Mitchell et al. 2019) as Markdown: what the model is for, what it was made of, how well it did.
 *
 * @param options.createdAt when the model was made, ISO 8601
 * @param options.madeWith names and versions of what made it
 */
export function modelCard(
  model: ChurnModel,
  { createdAt, madeWith }: { createdAt: string; madeWith: Record<string, string> },
): string {
  const { report, settings } = model.facts;
  const lines = [
    `# Churn model ${model.version}`,
    "",
    "Ranks subscribers by the probability that they churn, to choose whom to contact. It is not for decisions on a person's",
    "rights or prices, and not for subscribers whose history is shorter than the windows of its features.",
    "",
    "| | |",
    "|---|---|",
    ...facing(model, createdAt, madeWith).map((pair) => `| ${pair.join(" | ")} |`),
    "",
    "## How well it does on the test snapshots",
    "",
    ...report.notes.map((note) => `${sentence(note)}\n`),
    ...metricTable(report),
    "",
    ...peopleLines(report),
    "## By part",
    "",
    ...segmentLines(model),
    "",
    "## Beside the other candidates",
    "",
    ...candidateLines(report),
    "",
    "## Search",
    "",
    `Calibrated log loss and ROC AUC over ${settings.folds} folds, ${foldText[settings.fold_by]}.`,
    "",
    ...searchLines(report),
    "",
    "## What it leans on",
    "",
    ...importanceLines(model),
    "",
  ];
  return lines.join("\n");
}

/** What a model is and what it was made of: names and values. */
function facing(model: ChurnModel, createdAt: string, madeWith: Record<string, string>): [string, string][] {
  const { facts } = model;
  const { report, parameters, settings } = facts;
  const [firstDay, lastDay] = report.test_days.map(dateOf);
  const churned = (part: number, rows: number) => `${number(rows)} (${percent(part / rows)} churned)`;
  const pairs = (of: object) =>
    Object.entries(of)
      .map((pair) => pair.join(" "))
      .join(", ");
  return [
    ["Model version", `\`${model.version}\``],
    ["Made", createdAt],
    ["Made with", pairs(madeWith)],
    ["Predicts", `churn within ${facts.horizon} days from the snapshot day`],
    ["Label", planLabel(facts.plan)],
    ["Parameters", pairs(parameters)],
    ["Class weight", settings.class_weight ?? "none"],
    ["Calibration", facts.calibration.method],
    ["Threshold", `${facts.threshold.toFixed(4)} (${ruleText(settings.threshold)})`],
    ["Seed", String(settings.seed)],
    ["Data hash", `\`${facts.data_hash}\``],
    ["Feature plan hash", facts.plan_hash === null ? "none" : `\`${facts.plan_hash}\``],
    ["Features", number(facts.features.length)],
    ["Training snapshots", churned(report.train_churned, report.train_rows)],
    ["Test snapshots", `${churned(report.test_churned, report.test_rows)}, ${firstDay} to ${lastDay}`],
  ];
}

function metricTable({ metrics, confusion }: ModelReport): string[] {
  return [
    "| metric | value | 95 % interval | |",
    "|---|---|---|---|",
    ...Object.entries(METRIC_HELP).map(
      ([name, help]) =>
        `| ${name} | ${estimate(metrics[name as MetricName])} | ${range(metrics[name as MetricName])} | ${help} |`,
    ),
    "",
    `At the threshold, in snapshots: ${number(confusion.truePositives)} churners found, ${number(confusion.falseNegatives)} missed, ` +
      `${number(confusion.falsePositives)} false alarms, ${number(confusion.trueNegatives)} left alone.`,
  ];
}

/** What it does to people, each counted once. */
function peopleLines({ people }: ModelReport): string[] {
  if (!people) return [];
  const { truePositives, falseNegatives, falsePositives, trueNegatives } = people.confusion;
  const early = people.found_early > 0 ? `, ${number(people.found_early)} of them too early for the horizon` : "";
  const [first, last] = people.days.map(dateOf);
  const rows: [string, Estimate, string][] = [
    ["recall", people.recall, "share of the churners who are found"],
    ["precision", people.precision, "share of churners among those found and falsely alarmed"],
    ["lift", people.lift, "precision above the share of churners among all people"],
    ["profit", people.profit, "profit of the campaign per person, contacted or not; a churner is saved once"],
  ];
  return [
    "## How well it does on people",
    "",
    `A leaver has several snapshots; here each person counts once: ${peopleRule(people.cooling_off)}.`,
    "",
    `Of ${number(people.people)} test people ${number(people.churners)} churn from ${first} to ${last}: ${number(truePositives)} found${early}, ` +
      `${number(falseNegatives)} missed, ${number(falsePositives)} false alarms, ${number(trueNegatives)} left alone; ${number(people.contacts)} contacts.`,
    "",
    "| of people | value | 95 % interval | |",
    "|---|---|---|---|",
    ...rows.map(([name, value, help]) => `| ${name} | ${estimate(value)} | ${range(value)} | ${help} |`),
    "",
  ];
}

function segmentLines(model: ChurnModel): string[] {
  return [
    "| part | snapshots | churned | mean probability | ROC AUC | 95 % interval |",
    "|---|---|---|---|---|---|",
    ...model.facts.report.segments.map(
      (row) =>
        `| ${model.titleOf(row.segment)}: ${row.level} | ${number(row.rows)} | ${percent(row.churn_rate)} | ` +
        `${percent(row.mean_probability)} | ${estimate(row.roc_auc)} | ${range(row.roc_auc)} |`,
    ),
  ];
}

function candidateLines({ candidates = [] }: ModelReport): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const beside = (metrics: Pick<Metrics, "roc_auc" | "average_precision" | "log_loss"> | null) =>
    COMPARED.map((name) => (metrics ? `${estimate(metrics[name])} ${bracketed(metrics[name])}` : ""));
  const head = ["candidate", "ROC AUC", "average precision", "log loss"];
  const gains = candidates.flatMap(({ name, gain }) => (gain ? [{ name, gain }] : []));
  return [
    "On the training rows, each scored by a model that did not see its subscriber; the least log loss is taken.",
    "",
    line([...head, "made of"]),
    "|---|---|---|---|---|",
    ...candidates.map(({ name, chosen, note, cross_validated }) =>
      line([chosen ? `**${name}** (chosen)` : name, ...beside(cross_validated), note]),
    ),
    "",
    "On the test rows, each fitted to all training rows.",
    "",
    line(head),
    "|---|---|---|---|",
    ...candidates.map(({ name, chosen, metrics }) =>
      line([chosen ? `**${name}** (chosen)` : name, ...beside(metrics)]),
    ),
    "",
    "How much better the model is than each on the test rows, on the same draws of subscribers (for log loss, how much less).",
    "",
    line(head),
    "|---|---|---|---|",
    ...gains.map(({ name, gain }) =>
      line([
        name,
        ...COMPARED.map((metric) => `${estimate(gain[metric])} ${bracketed(gain[metric])}: ${verdictOf(gain[metric])}`),
      ]),
    ),
  ];
}

function searchLines({ search }: ModelReport): string[] {
  const keys = [...new Set(search.flatMap((row) => Object.keys(row.parameters)))];
  return [
    `| ${keys.join(" | ")} | log loss | ROC AUC | sd | |`,
    `|${"---|".repeat(keys.length + 4)}`,
    ...search.map(({ parameters, mean_auc, sd_auc, log_loss, fold_auc, chosen, dropped }) => {
      const state = chosen ? "chosen" : dropped ? `given up after ${fold_auc.length} folds` : "";
      const values = new Map<string, unknown>(Object.entries(parameters));
      return `| ${keys.map((key) => values.get(key) ?? "").join(" | ")} | ${log_loss?.toFixed(4) ?? ""} | ${mean_auc.toFixed(4)} | ${sd_auc.toFixed(4)} | ${state} |`;
    }),
  ];
}

function importanceLines(model: ChurnModel): string[] {
  return [
    "| feature | column | share of gain | ROC AUC lost when shuffled |",
    "|---|---|---|---|",
    ...model.facts.report.importances.slice(0, 20).map(({ feature, gain, permutation, permutation_sd }) => {
      const lost = permutation === null ? "" : `${permutation.toFixed(4)} ± ${(permutation_sd ?? 0).toFixed(4)}`;
      return `| ${model.titleOf(feature)} | ${feature} | ${gain === null ? "" : percent(gain)} | ${lost} |`;
    }),
  ];
}

const number = (value: number) => value.toLocaleString("en-US");

const estimate = ({ value, reason }: Estimate) => (value === null ? `not defined: ${reason}` : value.toFixed(4));

const bracketed = (value: Estimate) => (range(value) ? `(${range(value)})` : "");

const range = ({ low, high }: Estimate) =>
  low === null || high === null ? "" : `${low.toFixed(4)} to ${high.toFixed(4)}`;

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

const foldText = {
  subscriber: "all snapshots of a subscriber in one fold",
  time: "each on other subscribers and later days than it trained on",
  row: "snapshot by snapshot",
};

/** F1 is counted in snapshots, money in people. */
const ruleText = (threshold: number | string) =>
  typeof threshold === "number"
    ? "given"
    : `best ${threshold} over out-of-fold ${threshold === "f1" ? "snapshots" : "people"}`;

const sentence = (note: string) => `${note.charAt(0).toUpperCase()}${note.slice(1)}.`;
