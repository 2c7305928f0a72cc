import { Option } from "commander";
import { ChurnError } from "../core/errors.js";
import { readNannymlConfig } from "../monitoring/engine/nannyml-config.js";
import { leadChanges } from "../report/column-changes.js";
import { type MonitorFilesOptions, type MonitorFilesResult, monitorFiles } from "../watch/monitor-files.js";
import { overrideOptions, overridesOf } from "./column-override-flags.js";
import { formatFields } from "./format-fields.js";

type Flags = Record<string, string | undefined>;

const isYaml = (path: string | undefined): path is string => /\.ya?ml$/i.test(path ?? "");

/** `churn monitor` on any table: files in, a table a part out. `--config` is then what to monitor. */
export const monitorFilesCommand = {
  options: [
    new Option(
      "--reference <file>",
      "files instead of the store: data from a period when the model was known to work well (.csv, .csv.gz, .parquet), or a saved monitor.json",
    ),
    new Option(
      "--analysis <file>",
      "data to monitor; --config then names columns and calculators (JSON, or the YAML of nml run)",
    ),
    new Option("--targets <file>", "labels of the analysis, if they are in a file of their own"),
    new Option("--join <column>", "the column that analysis and targets both have"),
    new Option("--output <folder>", "folder of the results (default: output/monitoring)"),
    ...overrideOptions(),
    new Option("--compat <program>", "reproduce this program's results exactly, including its known bugs").choices([
      "nannyml",
    ]),
  ],
  asked: (flags: Flags) =>
    isYaml(flags.config) ||
    ["reference", "analysis", "targets", "join", "output", "compat", "number", "category", "dateFormat"].some(
      (name) => flags[name] !== undefined,
    ),
  async run(flags: Flags) {
    const result = await monitorFiles(await optionsOf(flags));
    return { json: summary(result), text: printed(result) };
  },
};

/** What to run; flags win over what a file of `nml run` says. */
async function optionsOf(flags: Flags): Promise<MonitorFilesOptions & { notes?: readonly string[] }> {
  const { config, compat, number, category, dateFormat, ...given } = flags;
  const whole = isYaml(config) ? await readNannymlConfig(config) : undefined;
  const options = { ...whole, ...defined(given), config: whole?.config ?? config };
  const { reference, analysis } = options;
  if (!reference || !analysis) {
    throw new ChurnError("BAD_USAGE", `option "--${reference ? "analysis" : "reference"}" is missing`, {
      hint: "churn monitor --reference R.csv --analysis A.csv --config monitor.json --output DIR",
    });
  }
  const { targets, join, notes } = options;
  return {
    reference,
    analysis,
    targets,
    join,
    config: options.config,
    output: options.output ?? "output/monitoring",
    compat: compat as "nannyml" | undefined,
    ...overridesOf({ number, category, dateFormat }),
    notes,
  };
}

const defined = (flags: Flags) =>
  Object.fromEntries(Object.entries(flags).filter(([, value]) => typeof value === "string")) as Record<string, string>;

function summary({ verdict, results, alerts, warnings, files }: MonitorFilesResult) {
  const parts = Object.values(results).map(({ calculator, chunks, series }) => ({
    part: calculator,
    chunks: chunks.length,
    series: series.length,
  }));
  return { verdict, parts, alerts, warnings, files };
}

function printed({ verdict, results, alerts, warnings, files }: MonitorFilesResult): string {
  const chunks = Object.values(results)[0]?.chunks.filter(({ period }) => period === "analysis") ?? [];
  return [
    verdict.headline,
    ...leadChanges(verdict.changes, 5).map(({ title, text, since }) => `  ${title}: ${text} (since ${since})`),
    ...verdict.advice.map((line) => `  → ${line}`),
    formatFields([
      ["chunks", chunks.length],
      ["alerts", alerts.length],
    ]),
    ...warnings.map((warning) => `· ${warning}`),
    ...files,
  ].join("\n");
}
