import { Command } from "commander";
import { jobsInto, runAll } from "../notebook/run-all.js";
import { interruptSignal } from "./interrupt-signal.js";
import { count, seconds } from "./notebook-flags.js";
import { fail, failureJson, notebookProgressLine, print, say } from "./notebook-report.js";

interface RunAllFlags {
  output: string;
  jobs: number;
  html?: boolean;
  timeout?: number;
  report?: boolean;
  cwd?: string;
  quiet?: boolean;
  json?: boolean;
}

/** `churn notebook run-all`. */
export function runAllCommand(): Command {
  return new Command("run-all")
    .description("run many notebooks, each in its own kernel; with one job at a time they are a chain")
    .argument("<notebooks...>", "notebooks to run, in this order")
    .requiredOption("-o, --output <folder>", "folder for the notebooks with their outputs")
    .option("--jobs <n>", "notebooks that run at the same time", count, 1)
    .option("--html", "also write a page beside each notebook")
    .option("--timeout <seconds>", "how long one cell may take", seconds)
    .option("--report", "hide the code")
    .option("--cwd <folder>", "working folder of the notebooks (default: the current one)")
    .option("--quiet", "no progress")
    .option("--json", "the results as JSON")
    .action(async (inputs: string[], flags: RunAllFlags) => {
      const jobs = jobsInto(flags.output, inputs, {
        ...(flags.html ? { html: true } : {}),
        ...(flags.cwd ? { cwd: flags.cwd } : {}),
      });
      const results = await runAll(jobs, {
        jobs: flags.jobs,
        ...(flags.timeout ? { timeout: flags.timeout } : {}),
        ...(flags.report ? { report: true } : {}),
        ...(flags.quiet || flags.json ? {} : { onProgress: notebookProgressLine(flags.jobs > 1) }),
        signal: interruptSignal(),
      });
      const failed = results.find((result) => result.status === "failed");
      if (flags.json) {
        print(
          results.map(({ job, ...result }) => ({
            input: job.input,
            output: job.output,
            ...(result.status === "failed" ? failureJson(result.error) : { status: result.status }),
            ...(result.status === "done" ? { cells: result.run.cells, seconds: result.run.seconds } : {}),
          })),
        );
      } else {
        for (const { job, ...result } of results) {
          const time = result.status === "done" ? `  ${result.run.seconds.toFixed(1)} s` : "";
          say(`${result.status.padEnd(7)}  ${job.input}${time}`);
        }
      }
      if (failed?.status !== "failed") return;
      if (!flags.json) throw failed.error;
      fail(failed.error);
    });
}
