import type { Command } from "commander";
import { buildFeatures, type FeatureResult } from "../features/build-features.js";
import { openStore } from "../store/open-store.js";
import { formatFields } from "./format-fields.js";
import { stageCommand } from "./stage-command.js";

export function featuresCommand(): Command {
  return stageCommand("features", {
    section: "features",
    summary: "make snapshots with features and label",
    run: (settings, context) => buildFeatures(openStore(settings.store), settings.features, context),
    print: (result) => {
      const labelled = result.days.filter((day) => day.labelled > 0);
      const known = labelled.reduce((sum, day) => sum + day.labelled, 0);
      const churned = labelled.reduce((sum, day) => sum + (day.churned ?? 0) * day.labelled, 0);
      const fields = formatFields([
        [
          "plan",
          `${result.plan.set === "seed" ? "legacy" : result.plan.set}, ${result.features} features, label ${result.plan.label}, hash ${result.planHash}`,
        ],
        ["snapshots", result.snapshots],
        ["subscribers", result.subscribers],
        ["snapshot days", `${result.days.length}: ${result.days[0]?.date} … ${result.days.at(-1)?.date}`],
        ["label known", known],
        ["churned", known ? `${((100 * churned) / known).toFixed(2)} %` : null],
        ["file", result.parquet],
      ]);
      return [fields, ...segmentLines(result.segments), ...result.notes].join("\n");
    },
  });
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
