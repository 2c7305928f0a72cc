import type { Command } from "commander";
import { score } from "../scoring/score.js";
import { openStore } from "../store/open-store.js";
import { formatFields } from "./format-fields.js";
import { stageCommand } from "./stage-command.js";

export function scoreCommand(): Command {
  return stageCommand("score", {
    section: "score",
    summary: "score the snapshots that are newer than the model",
    run: (settings, context) => score(openStore(settings.store), settings.score, context),
    print: (result) =>
      formatFields([
        ["model", result.model_version],
        ["snapshots scored", result.snapshots],
        ["days", `${result.first_day} … ${result.last_day}`],
        ["called churners", result.flagged],
        ["label known by now", result.labelled],
      ]),
  });
}
