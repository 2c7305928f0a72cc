import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { checkOutputs } from "../core/check-outputs.js";
import { ChurnError } from "../core/errors.js";
import { importedEntries } from "./imported-entries.js";
import { type KernelProcess, startKernel } from "./kernel-process.js";
import { readNotebook } from "./notebook.js";
import { runNotebook } from "./run-notebook.js";
import type { NotebookRun, RunNotebookOptions } from "./run-options.js";

/** One notebook of many. */
export interface NotebookJob {
  input: string;
  output: string;
  html?: string;
  parameters?: Record<string, unknown>;
  /** Working folder of its kernel. Default: the current one. */
  cwd?: string;
}

export interface RunAllOptions
  extends Pick<RunNotebookOptions, "timeout" | "signal" | "onProgress" | "report" | "env"> {
  /** Notebooks that run at the same time. Default: 1, which makes a chain: the next starts when the last was good. */
  jobs?: number;
}

/** How one notebook of many ended. */
export type JobResult =
  | { job: NotebookJob; status: "done"; run: NotebookRun }
  | { job: NotebookJob; status: "failed"; error: unknown }
  | { job: NotebookJob; status: "not run" };

/**
 * Runs many notebooks, each in its own kernel; the next kernel warms up while a notebook runs.
 *
 * Notebooks may say in their metadata, under `handoff`, which files they need and which they leave
 * (`{"needs": ["data/a.csv"], "leaves": ["output/b.json"]}`, relative to the working folder). A file that is missing before,
 * or was not written by the end, fails the notebook. With one job at a time the first failure ends the chain; with more
 * the rest still runs.
 */
export async function runAll(jobs: NotebookJob[], options: RunAllOptions = {}): Promise<JobResult[]> {
  checkOutputs(
    jobs.map(({ input }) => input),
    jobs.flatMap(({ output, html }) => [output, html]),
  );
  const results: JobResult[] = jobs.map((job) => ({ job, status: "not run" }));
  const width = Math.max(1, Math.min(options.jobs ?? 1, jobs.length));
  const warm = new Map<number, Promise<KernelProcess>>();
  const warmUp = (index: number) => {
    const job = jobs[index];
    if (!job || warm.has(index) || options.signal?.aborted) return;
    const kernel = importedEntries(job.input).then((packages) =>
      startKernel({ cwd: job.cwd, env: options.env, packages }),
    );
    // a kernel that does not start is reported by the run that needs it
    kernel.catch(() => {});
    warm.set(index, kernel);
  };
  let next = 0;
  let isOver = false;
  const work = async () => {
    while (next < jobs.length && !isOver) {
      const index = next++;
      const job = jobs[index];
      warmUp(index);
      const kernel = warm.get(index);
      warmUp(index + width);
      try {
        const run = await runJob(job, { ...options, kernel });
        results[index] = { job, status: "done", run };
      } catch (error) {
        results[index] = { job, status: "failed", error };
        if (width === 1 || options.signal?.aborted) isOver = true;
      } finally {
        warm.delete(index);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: width }, work));
  } finally {
    for (const kernel of warm.values()) {
      kernel.then(
        (unused) => unused.kill(),
        () => {},
      );
    }
    await Promise.allSettled(warm.values());
  }
  return results;
}

interface Handoff {
  needs: string[];
  leaves: string[];
}

async function runJob(job: NotebookJob, options: RunNotebookOptions): Promise<NotebookRun> {
  const { needs, leaves } = await readHandoff(job.input);
  const at = (path: string) => resolve(job.cwd ?? process.cwd(), path);
  for (const path of needs) {
    if ((await modified(at(path))) !== undefined) continue;
    await discard(options.kernel);
    throw new ChurnError("NO_DATA", `${basename(job.input)} needs ${path}, which no earlier notebook has left`);
  }
  const started = Date.now();
  const { parameters, html, cwd } = job;
  const run = await runNotebook(job.input, job.output, { ...options, parameters, html, cwd });
  for (const path of leaves) {
    const time = await modified(at(path));
    // a file system may keep whole seconds only
    if (time !== undefined && time >= started - 1000) continue;
    const how = time === undefined ? "has not left" : "left as it was";
    throw new ChurnError("NOTEBOOK_FAILED", `${basename(job.input)} ran to its end, but ${how} ${path}`);
  }
  return run;
}

async function readHandoff(input: string): Promise<Handoff> {
  const { handoff } = (await readNotebook(input)).metadata;
  return { needs: handoff?.needs ?? [], leaves: handoff?.leaves ?? [] };
}

async function modified(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}

async function discard(kernel: RunNotebookOptions["kernel"]): Promise<void> {
  await Promise.resolve(kernel).then(
    (unused) => unused?.kill(),
    () => {},
  );
}

/**
 * The jobs that put the outputs of many notebooks into one folder, under their own names.
 *
 * @throws ChurnError BAD_USAGE when two notebooks have one name
 */
export function jobsInto(
  folder: string,
  inputs: string[],
  options: { html?: boolean; cwd?: string } = {},
): NotebookJob[] {
  const names = inputs.map((input) => basename(input));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) throw new ChurnError("BAD_USAGE", `two notebooks are named ${twice}, their outputs would be one file`);
  return inputs.map((input, i) => ({
    input,
    output: join(folder, names[i]),
    // whatever its ending, the page is not the notebook
    html: options.html ? join(folder, `${names[i].replace(/\.(ipynb|json)$/, "")}.html`) : undefined,
    cwd: options.cwd,
  }));
}
