import { dateOf } from "../../core/days.js";
import type { ChurnModel } from "../churn-model.js";
import type { Estimate } from "../evaluate.js";
import { metricHelp } from "./metric-help.js";

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
  const { facts } = model;
  const { report, parameters, settings } = facts;
  const [firstDay, lastDay] = report.test_days.map(dateOf);
  const number = (value: number) => value.toLocaleString("en-US");
  const churned = (part: number, rows: number) => `${number(rows)} (${((100 * part) / rows).toFixed(1)} % churned)`;
  const keys = [...new Set(report.search.flatMap((row) => Object.keys(row.parameters)))] as (keyof typeof parameters)[];
  const facing: [string, string][] = [
    ["Model version", `\`${model.version}\``],
    ["Made", createdAt],
    [
      "Made with",
      Object.entries(madeWith)
        .map((pair) => pair.join(" "))
        .join(", "),
    ],
    ["Predicts", `churn within ${facts.horizon} days from the snapshot day`],
    [
      "Parameters",
      Object.entries(parameters)
        .map(([key, value]) => `${key} ${value}`)
        .join(", "),
    ],
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
  const lines = [
    `# Churn model ${model.version}`,
    "",
    "Ranks subscribers by the probability that they churn, to choose whom to contact. It is not for decisions on a person's",
    "rights or prices, and not for subscribers whose history is shorter than the windows of its features.",
    "",
    "| | |",
    "|---|---|",
    ...facing.map((pair) => `| ${pair.join(" | ")} |`),
    "",
    "## How well it does on the test snapshots",
    "",
    ...report.notes.map((note) => `${sentence(note)}\n`),
    "| metric | value | 95 % interval | |",
    "|---|---|---|---|",
    ...metricHelp.map(
      ({ name, help }) => `| ${name} | ${estimate(report.metrics[name])} | ${range(report.metrics[name])} | ${help} |`,
    ),
    "",
    `At the threshold: ${number(report.confusion.truePositives)} churners found, ${number(report.confusion.falseNegatives)} missed, ` +
      `${number(report.confusion.falsePositives)} false alarms, ${number(report.confusion.trueNegatives)} left alone.`,
    "",
    "## By part",
    "",
    "| part | snapshots | churned | mean probability | ROC AUC | 95 % interval |",
    "|---|---|---|---|---|---|",
    ...report.segments.map(
      (row) =>
        `| ${row.segment}: ${row.level} | ${number(row.rows)} | ${percent(row.churn_rate)} | ` +
        `${percent(row.mean_probability)} | ${estimate(row.roc_auc)} | ${range(row.roc_auc)} |`,
    ),
    "",
    "## Against simple rules",
    "",
    "| rule | ROC AUC | log loss | ROC AUC of the model above it | |",
    "|---|---|---|---|---|",
    ...report.baselines.map(({ name, metrics, auc_gain, note }) =>
      metrics && auc_gain
        ? `| ${name} | ${estimate(metrics.roc_auc)} | ${estimate(metrics.log_loss)} | ${estimate(auc_gain)} (${range(auc_gain)}) | ${note} |`
        : `| ${name} | | | | ${note} |`,
    ),
    "",
    "## Search",
    "",
    `ROC AUC over ${settings.folds} folds, ${foldText[settings.fold_by]}.`,
    "",
    `| ${keys.join(" | ")} | mean | sd | |`,
    `|${"---|".repeat(keys.length + 3)}`,
    ...report.search.map(({ parameters, mean_auc, sd_auc, fold_auc, chosen, dropped }) => {
      const state = chosen ? "chosen" : dropped ? `given up after ${fold_auc.length} folds` : "";
      return `| ${keys.map((key) => parameters[key] ?? "").join(" | ")} | ${mean_auc.toFixed(4)} | ${sd_auc.toFixed(4)} | ${state} |`;
    }),
    "",
    "## What it leans on",
    "",
    "| feature | share of gain | ROC AUC lost when shuffled |",
    "|---|---|---|",
    ...report.importances
      .slice(0, 20)
      .map(
        ({ feature, gain, permutation, permutation_sd }) =>
          `| ${feature} | ${gain === null ? "" : `${(100 * gain).toFixed(1)} %`} | ${
            permutation === null ? "" : `${permutation.toFixed(4)} ± ${permutation_sd!.toFixed(4)}`
          } |`,
      ),
    "",
  ];
  return lines.join("\n");
}

const estimate = ({ value, reason }: Estimate) => (value === null ? `not defined: ${reason}` : value.toFixed(4));

const range = ({ low, high }: Estimate) =>
  low === null || high === null ? "" : `${low.toFixed(4)} to ${high.toFixed(4)}`;

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

const foldText = {
  subscriber: "all snapshots of a subscriber in one fold",
  time: "each on other subscribers and later days than it trained on",
  row: "snapshot by snapshot",
};

const ruleText = (threshold: number | string) => (typeof threshold === "number" ? "given" : `best ${threshold}`);

const sentence = (note: string) => `${note.charAt(0).toUpperCase()}${note.slice(1)}.`;
