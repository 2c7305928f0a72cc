import { readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { parse as parseYaml } from "yaml";
import { ChurnError } from "../core/errors.js";
import { exportHtml } from "../notebook/export-html.js";
import { fillPath } from "../notebook/fill-path.js";
import { readNotebook, writeNotebook } from "../notebook/notebook.js";
import { takes } from "../notebook/parameter-type.js";
import { readParameters } from "../notebook/read-parameters.js";
import { jobsInto, runAll } from "../notebook/run-all.js";
import { NotebookError } from "../notebook/run-failure.js";
import { type NotebookProgress, runNotebook } from "../notebook/run-notebook.js";
import { MASK } from "../notebook/secrets.js";
import { stripNotebook } from "../notebook/strip-notebook.js";
import { notebookToScript } from "../notebook/to-script.js";
import { interruptSignal } from "./interrupt-signal.js";

/** `churn notebook`: run, list parameters, export, strip. */
export function notebookCommand(): Command {
  const command = new Command("notebook").description(
    "run notebooks without a screen, and make pages and scripts of them",
  );
  command.addCommand(runCommand());
  command.addCommand(runAllCommand());
  command.addCommand(paramsCommand());
  command.addCommand(htmlCommand());
  command.addCommand(stripCommand());
  command.addCommand(scriptCommand());
  return command;
}

interface RunFlags {
  parameters: string[];
  parametersRaw: string[];
  parametersFile: string[];
  parametersYaml: string[];
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

function runCommand(): Command {
  return new Command("run")
    .description("run a notebook; exit 0 only if every cell ran to its end")
    .argument("<in>", "notebook to run")
    .argument("<out>", "where to save it with its outputs; {name} is filled from the parameters")
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
    .allowExcessArguments()
    .action(async (input: string, output: string, flags: RunFlags, command: Command) => {
      const given = await parametersOf(flags, command);
      try {
        const paths = { ...given.parameters, ...given.parameterTexts };
        const run = await runNotebook(fillPath(input, paths), fillPath(output, paths), {
          ...given,
          ...(flags.html ? { html: fillPath(flags.html, paths) } : {}),
          ...(flags.timeout ? { timeout: flags.timeout } : {}),
          ...(flags.report ? { report: true } : {}),
          ...(flags.cwd ? { cwd: flags.cwd } : {}),
          ...(flags.logOutput ? { onText: (text: string) => process.stderr.write(text) } : {}),
          ...(flags.fromCell ? { fromCell: flags.fromCell } : {}),
          ...(flags.resume ? { resume: true } : {}),
          ...(flags.quiet || flags.json ? {} : { onProgress: progressLine(flags.logOutput ?? false) }),
          signal: interruptSignal(),
        });
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

function runAllCommand(): Command {
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
    .action(async (inputs: string[], flags: RunFlags & { output: string; jobs: number; html?: boolean }) => {
      const jobs = jobsInto(flags.output, inputs, {
        ...(flags.html ? { html: true } : {}),
        ...(flags.cwd ? { cwd: flags.cwd } : {}),
      });
      const results = await runAll(jobs, {
        jobs: flags.jobs,
        ...(flags.timeout ? { timeout: flags.timeout } : {}),
        ...(flags.report ? { report: true } : {}),
        ...(flags.quiet || flags.json ? {} : { onProgress: progressLine(flags.jobs > 1) }),
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

function paramsCommand(): Command {
  return new Command("params")
    .description("list what a notebook takes: name, type, default, help")
    .argument("<in>", "notebook")
    .option("--json", "the list as JSON")
    .action(async (input: string, flags: { json?: boolean }) => {
      const parameters = readParameters(await readNotebook(input)) ?? [];
      const rows = parameters.map(({ name, type, defaultText, help, isSecret, ...parameter }) => ({
        name,
        type: takes(type),
        default: isSecret ? MASK : "default" in parameter ? parameter.default : undefined,
        defaultText: isSecret ? MASK : (defaultText ?? ""),
        help,
        secret: isSecret,
      }));
      if (flags.json) {
        print(
          rows.map(({ defaultText, ...row }) =>
            row.default === undefined && defaultText ? { ...row, defaultText } : row,
          ),
        );
      } else if (rows.length === 0) say(`${input} takes no parameters`);
      else {
        const width = (of: (row: (typeof rows)[number]) => string) => Math.max(...rows.map((row) => of(row).length));
        const [names, types, defaults] = [width((r) => r.name), width((r) => r.type), width((r) => r.defaultText)];
        for (const { name, type, defaultText, help } of rows) {
          say(`${name.padEnd(names)}  ${type.padEnd(types)}  ${defaultText.padEnd(defaults)}  ${help}`.trimEnd());
        }
      }
    });
}

function htmlCommand(): Command {
  return new Command("html")
    .description("write a notebook as one HTML page that opens from disk and needs no network")
    .argument("<in>", "notebook with outputs")
    .argument("<out>", "page to write")
    .option("--no-input", "leave out the code")
    .option("--theme <theme>", "light, dark or auto", oneOf("light", "dark", "auto"), "auto")
    .action(async (input: string, output: string, flags: { input: boolean; theme: "light" | "dark" | "auto" }) => {
      await exportHtml(input, output, flags);
      say(output);
    });
}

function stripCommand(): Command {
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
        if (!flags.check) await writeNotebook(path, stripped);
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

function scriptCommand(): Command {
  return new Command("to-script")
    .description("write a notebook as one TypeScript module")
    .argument("<in>", "notebook")
    .argument("[out]", "file to write (default: standard output)")
    .action(async (input: string, output?: string) => {
      const script = notebookToScript(await readNotebook(input));
      if (!output) process.stdout.write(script);
      else {
        await writeFile(output, script);
        say(output);
      }
    });
}

const say = (text: string) => process.stdout.write(`${text}\n`);
const print = (value: unknown) => say(JSON.stringify(value, null, 2));

/** For `--json`: standard output has one document, which tells of the failure; so the error goes no further. */
function fail(error: unknown): void {
  process.stderr.write(`churn: ${(error as Error).message}\n`);
  process.exitCode = error instanceof ChurnError ? error.exit : 1;
}

function failureJson(error: unknown): object {
  if (error instanceof NotebookError) {
    const { notebook, output, cell, firstLine, failure } = error.failed;
    const { kind, ename, evalue, traceback } = failure;
    return { status: "failed", notebook, output, cell, firstLine, kind, ename, evalue, traceback };
  }
  const { message, code } = error as Error & { code?: string };
  return { status: "failed", code, message };
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("give seconds, more than 0");
  return value;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("give a whole number from 1");
  return value;
}

function oneOf(...choices: string[]): (text: string) => string {
  return (text) => {
    if (!choices.includes(text)) throw new InvalidArgumentError(`give one of ${choices.join(", ")}`);
    return text;
  };
}

/** Parameters from all flags; what is nearer to the command wins: -p over -r over -y over -f. */
async function parametersOf(
  flags: RunFlags,
  command: Command,
): Promise<{ parameters: Record<string, unknown>; parameterTexts: Record<string, string> }> {
  const parameters: Record<string, unknown> = {};
  for (const file of flags.parametersFile) {
    const text = await readFile(file, "utf8").catch((cause) => {
      throw new ChurnError("BAD_USAGE", `cannot read the parameters in ${file}`, { cause });
    });
    Object.assign(parameters, yamlObject(text, basename(file)));
  }
  for (const yaml of flags.parametersYaml) Object.assign(parameters, yamlObject(yaml, "-y"));
  const excess = command.args.slice(2);
  for (const one of flags.parametersRaw) {
    const [name, value] = pair(one, excess, "-r");
    parameters[name] = value;
  }
  const parameterTexts: Record<string, string> = {};
  for (const one of flags.parameters) {
    const [name, value] = pair(one, excess, "-p");
    parameterTexts[name] = value;
  }
  if (excess.length > 0) throw new ChurnError("BAD_USAGE", `too many arguments: ${excess.join(" ")}`);
  return { parameters, parameterTexts };
}

/** `name=value`, or papermill's `-p name value` after the two paths. */
function pair(text: string, excess: string[], flag: string): [string, string] {
  const at = text.indexOf("=");
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  const value = excess.shift();
  if (value === undefined)
    throw new ChurnError("BAD_USAGE", `${flag} ${text} has no value`, { hint: `${flag} ${text}=…` });
  return [text, value];
}

function yamlObject(text: string, source: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch (cause) {
    throw new ChurnError("BAD_USAGE", `the parameters in ${source} are not YAML: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ChurnError("BAD_USAGE", `the parameters in ${source} are not names with values`);
}

/** Progress on standard error: one line that is rewritten on a terminal, else a line per cell. */
function progressLine(keepsLines: boolean): (progress: NotebookProgress) => void {
  const rewrites = process.stderr.isTTY && !keepsLines;
  return ({ notebook, cell, cells, seconds: time, state, firstLine: first }) => {
    const where = state === "starting" ? "kernel starts" : `cell ${cell} of ${cells}`;
    const what = state === "running" ? (first ?? "") : state === "starting" ? "" : state;
    const line = `${basename(notebook)}  ${where}  ${time.toFixed(1)} s  ${what}`.trimEnd();
    if (!rewrites) process.stderr.write(`${line}\n`);
    else {
      const isLast = state === "done" || state === "failed";
      process.stderr.write(`\r\x1b[2K${line.slice(0, (process.stderr.columns ?? 80) - 1)}${isLast ? "\n" : ""}`);
    }
  };
}
