import type { Command } from "commander";
import { tableView } from "../charts/table-view.js";
import { snakeKeys } from "../core/key-case.js";
import { explore } from "../eda/explore.js";
import { openStore } from "../store/open-store.js";
import { formatFields } from "./format-fields.js";
import { stageCommand } from "./stage-command.js";

export function edaCommand(): Command {
  return stageCommand("eda", {
    section: "eda",
    summary: "explore the log: columns, days, and what goes with churn",
    run: (settings, context) => explore(openStore(settings.store), settings.eda, context),
    json: (found) => ({ ...snakeKeys(found), correlations: found.correlations.map((row) => snakeKeys(row)) }),
    print: ({ rows, subscribers, firstDay, lastDay, label, correlations, files, notes }) =>
      [
        formatFields([
          ["rows", rows],
          ["subscribers", subscribers],
          ["days", `${firstDay} … ${lastDay}`],
          ["churned", label.known ? `${((100 * label.churned) / label.known).toFixed(2)} % of ${label.known}` : null],
        ]),
        "",
        tableView(
          correlations.map(({ title, pearson, spearman, r2, n }) => ({ column: title, pearson, spearman, r2, n })),
          { rows: correlations.length, title: "Correlations with churn" },
        ).text,
        ...notes.map((note) => `· ${note}`),
        ...files.filter((file) => file.endsWith(".svg")),
      ].join("\n"),
  });
}
