import type { Command } from "commander";
import { leadChanges } from "../report/column-changes.js";
import { openStore } from "../store/open-store.js";
import { monitor } from "../watch/monitor.js";
import { monitorJson, outcomeJson } from "../watch/monitor-json.js";
import { formatFields } from "./format-fields.js";
import { monitorFilesCommand } from "./monitor-files-command.js";
import { stageCommand } from "./stage-command.js";

export function monitorCommand(): Command {
  return stageCommand("monitor", {
    section: "monitor",
    summary: "compare what the model predicts now with how it did in its test; or any table of scores, from files",
    instead: monitorFilesCommand,
    async run(settings, context) {
      const { told, files, ...result } = await monitor(openStore(settings.store), settings.monitor, context);
      return {
        ...monitorJson(result),
        told: outcomeJson(told),
        files,
        parts: Object.keys(result.results),
        chunks: result.performance.toRows(),
      };
    },
    print: ({ verdict, model_version, analysed, labelled, alerts, computed, told, files, warnings }) =>
      [
        verdict.headline,
        ...leadChanges(verdict.changes, 5).map(({ title, text, since }) => `  ${title}: ${text} (since ${since})`),
        ...verdict.advice.map((line) => `  → ${line}`),
        formatFields([
          ["model", model_version],
          ["snapshots watched", analysed],
          ["with a label by now", labelled],
          ["chunks computed", computed.length],
          ["alerts of performance", alerts.length],
          ["alerts sent", told.taken],
        ]),
        ...alerts.map(
          ({ chunk, part, metric, value, lower_threshold, upper_threshold }) =>
            `  ${chunk}: ${part === "cbpe" ? "estimated " : ""}${metric} ${value.toFixed(4)} is outside ${lower_threshold?.toFixed(4) ?? "−∞"} … ${upper_threshold?.toFixed(4) ?? "∞"}`,
        ),
        ...warnings.map((warning) => `· ${warning}`),
        ...files,
      ].join("\n"),
  });
}
