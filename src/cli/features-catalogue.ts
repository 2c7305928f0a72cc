import { join } from "node:path";
import type { Command } from "commander";
import { featureCatalogue } from "../catalogue/feature-catalogue.js";
import { openStore } from "../store/open-store.js";
import { formatFields } from "./format-fields.js";
import { stageCommand } from "./stage-command.js";

export function catalogueCommand(): Command {
  return stageCommand("catalogue", {
    section: "monitor",
    summary:
      "write the page of the features: meaning, unit, SQL, distribution, gaps, strength alone, drift since training",
    run: (settings, context) =>
      featureCatalogue(
        openStore(settings.store),
        { file: join(settings.monitor.output_dir, "features.html") },
        context,
      ),
    print: ({ file, planHash, features, training, now }) => {
      const moved = features.filter(({ drift }) => drift?.hasMoved);
      return formatFields([
        ["plan", planHash],
        ["features", features.length],
        ["training days", `${training.firstDay} … ${training.lastDay} (${training.why})`],
        ["days since", now ? `${now.firstDay} … ${now.lastDay}` : "none: no drift is measured"],
        [
          "moved since",
          moved.length
            ? moved
                .slice(0, 3)
                .map(({ title }) => title)
                .join("; ") + (moved.length > 3 ? ` and ${moved.length - 3} more` : "")
            : "none",
        ],
        ["page", file],
      ]);
    },
  });
}
