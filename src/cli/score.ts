import type { Command } from "commander";
import type { Settings } from "../config/configure.js";
import { ChurnError } from "../core/errors.js";
import type { StageContext } from "../core/progress.js";
import { type ScoreResult, score } from "../scoring/score.js";
import { openStore } from "../store/open-store.js";
import { loadModel } from "../training/artifact.js";
import { heldOutNote } from "../training/held-out-auc.js";
import { type ScoredFile, scoreFile } from "../training/score-file.js";
import { openModel } from "../training/train.js";
import { formatFields } from "./format-fields.js";
import { stageCommand } from "./stage-command.js";

export function scoreCommand(): Command {
  return stageCommand("score", {
    section: "score",
    summary: "score the snapshots that are newer than the model, or a file of features",
    run,
    print: (result) =>
      "output" in result
        ? [
            formatFields([
              ["rows", result.rows],
              ["called churners", result.flagged],
              ["file", result.output],
            ]),
            ...result.notes.map((note) => `· ${note}`),
          ].join("\n")
        : [
            formatFields([
              ["model", result.modelVersion],
              ["snapshots scored", result.snapshots],
              ["days", `${result.firstDay} … ${result.lastDay}`],
              ["called churners", result.flagged],
              ["label known by now", result.labelled],
            ]),
            ...[heldOutNote(result)].flatMap((note) => (note ? [`· ${note}`] : [])),
          ].join("\n"),
  });
}

async function run(settings: Settings, context: StageContext): Promise<ScoreResult | ScoredFile> {
  const store = openStore(settings.store);
  const { model, input, output, reasons, number, date_format } = settings.score;
  if (!input && !output) return score(store, settings.score, context);
  if (!input || !output) {
    throw new ChurnError("BAD_USAGE", `option "score.${input ? "output" : "input"}" is missing`, {
      hint: "give both --input and --output to score a file, or neither",
    });
  }
  const scorer = model?.endsWith(".json") ? await loadModel(model) : await openModel(store, model);
  return scoreFile(
    scorer,
    { input, output, reasons, number: number ?? undefined, date_format: date_format ?? undefined },
    context,
  );
}
