import { existsSync } from "node:fs";
import type { Command } from "commander";
import { fillPath } from "../notebook/fill-path.js";
import { NotebookError } from "../notebook/run-failure.js";
import { runNotebook } from "../notebook/run-notebook.js";
import { interruptSignal } from "./interrupt-signal.js";
import { collect, count, seconds } from "./notebook-flags.js";
import { ParameterCommand, type ParameterFlags, parametersOf } from "./notebook-parameter-flags.js";
import { fail, failureJson, notebookProgressLine, print, say } from "./notebook-report.js";

interface RunFlags extends ParameterFlags {
  html?: string;
  timeout?: number;
  report?: boolean;
  cwd?: string;
  logOutput?: boolean;
  quiet?: boolean;
  json?: boolean;
  resume?: boolean;
  fromCell?: number;
}

/** `churn notebook run`. */
export function notebookRunCommand(): Command {
  return new ParameterCommand("run")
    .description("run a notebook; exit 0 only if every cell ran to its end")
    .argument("<in>", "notebook to run")
    .argument("<out>", "where to save it with its outputs; {name} is filled from the parameters, {{ is a brace")
    .option("-p, --parameters <name=value>", "value of a parameter, read as its type says", collect, [])
    .option("-r, --parameters-raw <name=value>", "value of a parameter, taken as text", collect, [])
    .option("-f, --parameters-file <file>", "YAML or JSON file with parameters", collect, [])
    .option("-y, --parameters-yaml <yaml>", "parameters as YAML", collect, [])
    .option("--html <file>", "also write one HTML page that opens anywhere")
    .option("--timeout <seconds>", "how long one cell may take", seconds)
    .option("--report", "hide the code")
    .option("--cwd <folder>", "working folder of the notebook (default: the current one)")
    .option("--log-output", "print what the cells print")
    .option(
      "--from-cell <n>",
      "keep the outputs before this cell and start at it; only re-runnable cells before it run",
      count,
    )
    .option("--resume", "the same from the cell that failed in <out>")
    .option("--quiet", "no progress")
    .option("--json", "the result as JSON")
    .action(async (input: string, output: string, flags: RunFlags) => {
      const given = await parametersOf(flags);
      try {
        const paths = { ...given.parameters, ...given.parameterTexts };
        const run = await runNotebook(existsSync(input) ? input : fillPath(input, paths), fillPath(output, paths), {
          ...given,
          ...(flags.html ? { html: fillPath(flags.html, paths) } : {}),
          ...(flags.timeout ? { timeout: flags.timeout } : {}),
          ...(flags.report ? { report: true } : {}),
          ...(flags.cwd ? { cwd: flags.cwd } : {}),
          ...(flags.logOutput ? { onText: (text: string) => process.stderr.write(text) } : {}),
          ...(flags.fromCell ? { fromCell: flags.fromCell } : {}),
          ...(flags.resume ? { resume: true } : {}),
          ...(flags.quiet || flags.json ? {} : { onProgress: notebookProgressLine(flags.logOutput ?? false) }),
          signal: interruptSignal(),
        });
        for (const note of run.notes) process.stderr.write(`note: ${note}\n`);
        if (flags.json) print({ status: "done", ...run });
        else say(`${run.cells} cells in ${run.seconds.toFixed(1)} s: ${run.output}${run.html ? `, ${run.html}` : ""}`);
      } catch (error) {
        // a wrong parameter is not a run: it is reported as every wrong option is
        if (!flags.json || !(error instanceof NotebookError)) throw error;
        print(failureJson(error));
        fail(error);
      }
    });
}
