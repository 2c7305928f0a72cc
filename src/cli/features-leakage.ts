import type { Command } from "commander";
import { openStore } from "../store/open-store.js";
import { type LeakageScan, leakageScan } from "../training/leakage/leakage-scan.js";
import { formatFields } from "./format-fields.js";
import { stageCommand } from "./stage-command.js";

export function leakageCommand(): Command {
  return stageCommand("leakage", {
    section: "train",
    summary: "look for what a model might learn and will not have when it counts; worst first",
    run: (settings, context) => leakageScan(openStore(settings.store), settings.train, context),
    print: leakageText,
  });
}

/** Features of those that are strongest alone that are named. */
const SHOWN = 5;

function leakageText({ findings, well, snapshots, subscribers, churned, features }: LeakageScan): string {
  const strongest = features.slice(0, SHOWN).flatMap(({ title, auc }) => {
    if (!auc) return [];
    return [`  ${auc.auc.toFixed(3)} (${auc.low.toFixed(3)} to ${auc.high.toFixed(3)})  ${title}`];
  });
  return [
    formatFields([
      ["snapshots with a label", snapshots],
      ["subscribers", subscribers],
      ["churned", `${((100 * churned) / Math.max(snapshots, 1)).toFixed(2)} %`],
      ["findings", findings.length || "none"],
    ]),
    ...findings.map(({ severity, text }) => `${severity === "high" ? "✗" : "?"} ${text}`),
    ...well.map((text) => `✓ ${text}`),
    "strongest alone, ROC AUC with 95 % interval by subscriber:",
    ...strongest,
  ].join("\n");
}
