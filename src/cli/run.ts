import { readdir } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import type { Command } from "commander";
import type { Settings } from "../config/configure.js";
import { duration } from "../core/describe-progress.js";
import { ChurnError } from "../core/errors.js";
import { makeFolder } from "../core/make-folder.js";
import type { StageContext } from "../core/progress.js";
import { importedEntries } from "../notebook/imported-entries.js";
import { type KernelProcess, startKernel } from "../notebook/kernel-process.js";
import { runNotebook } from "../notebook/run-notebook.js";
import type { NotebookProgress } from "../notebook/run-options.js";
import { shareOf } from "../store/too-many-rejects.js";
import { formatFields } from "./format-fields.js";
import { type RunSummary, summarizeRun } from "./run-summary.js";
import { stageCommand } from "./stage-command.js";

interface RunResult extends RunSummary {
  seconds: number;
  notebooks: { notebook: string; seconds: number; html: string | null }[];
}

export function runCommand(): Command {
  return stageCommand("run", {
    section: "run",
    summary: "the whole job: the notebooks one after another, headless, as HTML pages",
    flat: true,
    run,
    print: (result) =>
      [
        "",
        formatFields([
          ["set aside", shareOf(result.rejected, result.read)],
          ["rows loaded", result.rowsLoaded],
          ["rows streamed", result.rowsStreamed],
          ["subscribers", result.subscribers],
          ["snapshots", result.snapshots],
          [
            "AUC on the hold-out",
            result.auc === null
              ? null
              : `${result.auc.toFixed(3)} (recency alone: ${result.aucRecency?.toFixed(3) ?? "–"})`,
          ],
          ["alerts", result.alerts],
          ["time", duration(result.seconds)],
        ]),
        "",
        "open:",
        ...result.files.map((file) => `  ${relative(process.cwd(), file)}`),
      ].join("\n"),
  });
}

async function run(settings: Settings, context: Required<StageContext>): Promise<RunResult> {
  const { notebooks_dir, output_dir, timeout, html } = settings.run;
  const names = await notebooksIn(notebooks_dir);
  await makeFolder(output_dir);
  const options = { cwd: settings.root, env: environmentOf(settings) };
  const startFor = async (name: string) =>
    startKernel({ ...options, packages: await importedEntries(join(notebooks_dir, name)) });
  const start = performance.now();
  const done: RunResult["notebooks"] = [];
  let next: Promise<KernelProcess> | undefined = startFor(names[0]);
  try {
    for (const [index, name] of names.entries()) {
      const kernel: Promise<KernelProcess> = next ?? startFor(name);
      // the next kernel warms up while this notebook runs
      next = undefined;
      const stage = basename(name, ".ipynb");
      const page = html ? join(output_dir, `${stage}.html`) : undefined;
      const report = stageReport(index + 1, names.length);
      const ran = await runNotebook(join(notebooks_dir, name), join(output_dir, name), {
        ...options,
        parameters: { config: settings.file ? relative(settings.root, settings.file) : "" },
        timeout,
        kernel,
        signal: context.signal,
        ...(page ? { html: page } : {}),
        onProgress(progress) {
          report(progress);
          if (progress.cell > 1 && index + 1 < names.length) next ??= startFor(names[index + 1]);
        },
      });
      done.push({ notebook: ran.output, seconds: ran.seconds, html: page ?? null });
    }
  } finally {
    await next?.then((kernel) => kernel.shutdown()).catch(() => {});
  }
  const summary = await summarizeRun(settings);
  const pages = done.flatMap(({ html }) => html ?? []);
  return {
    ...summary,
    files: [...pages, ...summary.files],
    seconds: (performance.now() - start) / 1000,
    notebooks: done,
  };
}

async function notebooksIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".ipynb")).sort();
  if (names.length) return names;
  throw new ChurnError("NOT_FOUND", `there is no notebook in ${folder}`, {
    hint: "name their folder with --notebooks-dir",
  });
}

/** Hands the values that are not from the config file on to the kernels, which read their settings by themselves. */
function environmentOf(settings: Settings): Record<string, string> {
  const env: Record<string, string> = { CHURN_ROOT: settings.root };
  for (const { section, key, value, from } of settings.values) {
    if (!from.startsWith("--")) continue;
    env[`CHURN_${section}_${key}`.toUpperCase()] =
      value !== null && typeof value === "object" ? JSON.stringify(value) : String(value);
  }
  return env;
}

/** Tells on stderr where the run is: stage, cell, time; in place on a terminal. */
function stageReport(stage: number, stages: number): (progress: NotebookProgress) => void {
  const out = process.stderr;
  let first = true;
  return ({ notebook, cell, cells, seconds, state, firstLine }) => {
    const head = `[${stage}/${stages}] ${basename(notebook, ".ipynb")}`;
    if (state === "done") out.write(`${out.isTTY ? "\r\x1b[K" : ""}${head}: ${cells} cells, ${seconds.toFixed(1)} s\n`);
    else if (state === "failed")
      out.write(`${out.isTTY ? "\r\x1b[K" : ""}${head}: failed in cell ${cell} of ${cells}\n`);
    else if (out.isTTY) {
      const rate = seconds > 1 && cell > 1 ? `, ${(cell / seconds).toFixed(1)} cells a second` : "";
      const line = `${head}: cell ${cell} of ${cells}, ${duration(seconds)}${rate}  ${firstLine ?? ""}`;
      out.write(`\r\x1b[K${line.slice(0, (out.columns ?? 100) - 1)}`);
    } else if (first) out.write(`${head}: ${cells} cells …\n`);
    first = false;
  };
}
