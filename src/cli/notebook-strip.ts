import { Command } from "commander";
import { ChurnError } from "../core/errors.js";
import { indentOf, readNotebook, writeNotebook } from "../notebook/notebook.js";
import { stripNotebook } from "../notebook/strip-notebook.js";
import { say } from "./notebook-report.js";

/** `churn notebook strip`. */
export function stripCommand(): Command {
  return new Command("strip")
    .description("take outputs and traces of runs out of notebooks, in place")
    .argument("<notebooks...>", "notebooks")
    .option("--check", "change nothing; exit 1 if a notebook carries outputs")
    .action(async (paths: string[], flags: { check?: boolean }) => {
      const dirty: string[] = [];
      for (const path of paths) {
        const notebook = await readNotebook(path);
        const stripped = stripNotebook(notebook);
        if (JSON.stringify(stripped) === JSON.stringify(notebook)) continue;
        dirty.push(path);
        if (!flags.check) await writeNotebook(path, stripped, await indentOf(path));
      }
      if (flags.check && dirty.length > 0) {
        throw new ChurnError("BAD_INPUT", `notebooks with outputs: ${dirty.join(", ")}`, {
          hint: `npx churn notebook strip ${dirty.join(" ")}`,
        });
      }
      say(
        flags.check
          ? `${paths.length} notebooks without outputs`
          : `${dirty.length} of ${paths.length} notebooks stripped`,
      );
    });
}
