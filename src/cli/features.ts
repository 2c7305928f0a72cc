import type { Command } from "commander";
import { buildFeatures, type FeatureResult } from "../features/build-features.js";
import { openStore } from "../store/open-store.js";
import { catalogueCommand } from "./features-catalogue.js";
import { explainCommand } from "./features-explain.js";
import { leakageCommand } from "./features-leakage.js";
import { validateCommand } from "./features-validate.js";
import { formatFields } from "./format-fields.js";
import { stageCommand } from "./stage-command.js";

export function featuresCommand(): Command {
  const command = stageCommand("features", {
    section: "features",
    summary: "make snapshots with features and label",
    run: (settings, context) => buildFeatures(openStore(settings.store), settings.features, context),
    print: (result) => {
      const { known, churned } = result.labels;
      const fields = formatFields([
        [
          "plan",
          `${result.plan.set === "seed" ? "legacy" : result.plan.set}, ${result.features} features, label ${result.plan.label}, hash ${result.planHash}`,
        ],
        ["snapshots", result.snapshots],
        ["subscribers", result.subscribers],
        ["snapshot days", `${result.days.length}: ${result.days[0]?.date} … ${result.days.at(-1)?.date}`],
        [
          "kept as they were",
          result.kept.length
            ? `${result.kept.length} of ${result.days.length} days: ${result.kept[0]} … ${result.kept.at(-1)}`
            : null,
        ],
        ["label", result.labels.rule],
        ["label known", known],
        ["label unknown", unknownText(result.labels)],
        ["churned", known ? `${((100 * churned) / known).toFixed(2)} %` : null],
        ["active again after it", returnText(result.labels)],
        ["file", result.parquet],
      ]);
      return [fields, ...segmentLines(result.segments), ...result.notes].join("\n");
    },
  });
  // flags behind a subcommand are its own
  return command
    .enablePositionalOptions()
    .addCommand(explainCommand())
    .addCommand(validateCommand())
    .addCommand(leakageCommand())
    .addCommand(catalogueCommand());
}

/** Snapshots without a label, with the reason. */
function unknownText({ unknown }: FeatureResult["labels"]): string {
  const reasons: [number, string][] = [
    [unknown.later, "whose horizon is not over"],
    [unknown.notCovered, "with days that are not covered"],
    [unknown.unseen, "of whom nothing is seen"],
  ];
  const some = reasons.filter(([n]) => n > 0).map(([n, why]) => `${n.toLocaleString("en-US")} ${why}`);
  return some.join(", ") || "none";
}

/** How many subscribers were active again after a label of churn. */
function returnText({ returns }: FeatureResult["labels"]): string {
  if (!returns) return "nobody could be watched long enough";
  const last = returns.byDays.at(-1);
  const share = last ? ` (${(100 * last.share).toFixed(1)} % within ${last.days} days)` : "";
  return `${returns.back.toLocaleString("en-US")} of ${returns.subscribers.toLocaleString("en-US")} subscribers with a label of churn${share}`;
}

/** Values of an attribute that a line names. */
const NAMED = 6;

/** Churn by value of each attribute: a line each, those of most snapshots first. */
function segmentLines(segments: FeatureResult["segments"]): string[] {
  return [...new Set(segments.map(({ attribute }) => attribute))].map((attribute) => {
    const own = segments.filter((each) => each.attribute === attribute && each.rate !== null);
    const shown = own.slice(0, NAMED).map(({ value, labelled, rate }) => {
      const share = `${(100 * (rate ?? 0)).toFixed(1)} %`;
      return `${value ?? "(missing)"} ${share} of ${labelled.toLocaleString("en-US")}`;
    });
    const more = own.length > NAMED ? `; and ${own.length - NAMED} more` : "";
    return `churn by ${attribute}: ${shown.join("; ")}${more}`;
  });
}
