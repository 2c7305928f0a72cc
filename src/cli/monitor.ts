import type { Command } from "commander";
import { monitor } from "../monitoring/monitor.js";
import { openStore } from "../store/open-store.js";
import { formatFields } from "./format-fields.js";
import { monitorFilesCommand } from "./monitor-files-command.js";
import { stageCommand } from "./stage-command.js";

export function monitorCommand(): Command {
  return stageCommand("monitor", {
    section: "monitor",
    summary: "compare what the model predicts now with how it did in its test; or any table of scores, from files",
    instead: monitorFilesCommand,
    async run(settings, context) {
      const { performance, charts: _, ...result } = await monitor(openStore(settings.store), settings.monitor, context);
      return { ...result, chunks: performance.toRows() };
    },
    print: ({ model_version, analysed, labelled, alerts, files, warnings }) =>
      [
        formatFields([
          ["model", model_version],
          ["snapshots watched", analysed],
          ["with a label by now", labelled],
          ["alerts", alerts.length],
        ]),
        ...alerts.map(
          ({ chunk, metric, value, lower_threshold, upper_threshold }) =>
            `  ${chunk}: ${metric} ${value.toFixed(4)} is outside ${lower_threshold?.toFixed(4) ?? "−∞"} … ${upper_threshold?.toFixed(4) ?? "∞"}`,
        ),
        ...warnings.map((warning) => `· ${warning}`),
        ...files,
      ].join("\n"),
  });
}
