import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { ChurnError } from "../../core/errors.js";
import { parseYaml } from "../../core/parse-yaml.js";
import { type MonitorConfig, monitorConfig } from "./monitor-config.js";

/** A run of `nml run`, in our terms. */
export interface NannymlRun {
  readonly reference: string;
  readonly analysis: string;
  readonly targets?: string;
  readonly join?: string;
  readonly output?: string;
  readonly config: MonitorConfig;
  /** What of the file has no meaning here. */
  readonly notes: readonly string[];
}

type Values = Record<string, unknown>;

const PERFORMANCE = [
  "metrics",
  "thresholds",
  "normalize_confusion_matrix",
  "business_value_matrix",
  "normalize_business_value",
];
const QUALITY = ["column_names", "normalize", "threshold"];

/** What becomes of a type of calculator: the section, and the parameters that it keeps. */
const SECTIONS: Record<string, readonly [section: keyof MonitorConfig, keys: readonly string[]]> = {
  performance: ["realized", PERFORMANCE],
  cbpe: ["cbpe", PERFORMANCE],
  univariate_drift: [
    "univariate",
    [
      "column_names",
      "treat_as_categorical",
      "treat_as_numerical",
      "continuous_methods",
      "categorical_methods",
      "thresholds",
    ],
  ],
  reconstruction_error: ["pca", ["column_names", "n_components", "threshold"]],
  domain_classifier: ["domain_classifier", ["feature_column_names", "cv_folds_num", "threshold"]],
  missing_values: ["missing", QUALITY],
  unseen_values: ["unseen", QUALITY],
  summary_stats_avg: ["stats", ["column_names", "threshold"]],
  summary_stats_sum: ["stats", ["column_names", "threshold"]],
  summary_stats_std: ["stats", ["column_names", "threshold"]],
  summary_stats_median: ["stats", ["column_names", "threshold"]],
  summary_stats_row_count: ["stats", ["threshold"]],
};

const CHUNKS: Record<string, string> = { chunk_size: "size", chunk_number: "number", chunk_period: "period" };
const ROLES: Record<string, string> = {
  timestamp_column_name: "timestamp",
  y_pred_proba: "y_pred_proba",
  y_pred: "y_pred",
  y_true: "y_true",
};

/** Reads the configuration file of `nml run`. */
export async function readNannymlConfig(path: string, now: Date = new Date()): Promise<NannymlRun> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new ChurnError("NOT_FOUND", `there is no configuration at ${path}`, { cause });
  }
  return nannymlConfig(text, dirname(path), now);
}

/**
 * Turns the configuration of `nml run` (NannyML 0.13) into ours, as far as it goes; `notes` says what has no meaning here.
 *
 * @param folder what relative paths are relative to
 * @throws BAD_CONFIG when calculators ask for different chunks or columns: a run has one of each
 */
export function nannymlConfig(text: string, folder: string, now: Date = new Date()): NannymlRun {
  const raw = (parseYaml(text) ?? {}) as Values;
  const input = section(raw.input, "input");
  const notes: string[] = [];
  const file = (key: string): string => {
    const { path, credentials } = section(input[key], `input.${key}`);
    if (typeof path !== "string") throw new ChurnError("BAD_CONFIG", `input.${key} has no path`);
    if (/^[a-z0-9]+:\/\//i.test(path) || credentials) {
      throw new ChurnError("BAD_CONFIG", `input.${key} is a remote path: ${path}`, { hint: "download it first" });
    }
    return place(path, folder, now);
  };
  const config: Record<string, Values> = {};
  let output: string | undefined;
  for (const [i, each] of list(raw.calculators).entries()) {
    const { type, enabled, params, outputs, store } = section(each, `calculators[${i}]`);
    if (enabled === false) continue;
    const known = SECTIONS[String(type)];
    if (!known) {
      notes.push(`calculator ${type} is not supported and was skipped`);
      continue;
    }
    const [name, keys] = known;
    const given = section(params ?? {}, `calculators[${i}].params`);
    addPart(config, name, String(type), keys, given, notes);
    if (store) notes.push(`the store of ${type} is left out: the fitted monitor is saved as monitor.json`);
    for (const target of list(outputs)) {
      const { type: kind, params: at } = section(target, `calculators[${i}].outputs`);
      const path = section(at ?? {}, "output params").path;
      if (kind === "raw_files" && typeof path === "string") output ??= place(path, folder, now);
      else notes.push(`output ${kind} of ${type} is left out`);
    }
  }
  if (raw.scheduling) notes.push("scheduling is left out: use cron, or the poller of the service");
  const targets = input.target_data ? file("target_data") : undefined;
  const column = targets ? section(input.target_data, "input.target_data").join_column : undefined;
  if (targets && typeof column !== "string") {
    throw new ChurnError("BAD_CONFIG", "input.target_data has no join_column: rows would be matched by their place", {
      hint: "name a column that both files have",
    });
  }
  return {
    reference: file("reference_data"),
    analysis: file("analysis_data"),
    ...(targets ? { targets, join: column as string } : {}),
    ...(output ? { output } : {}),
    config: monitorConfig(config),
    notes,
  };
}

function addPart(
  config: Record<string, Values>,
  name: string,
  type: string,
  keys: readonly string[],
  given: Values,
  notes: string[],
): void {
  const part = config[name] ?? {};
  config[name] = part;
  if (name === "stats") {
    const statistic = type === "summary_stats_row_count" ? "count" : type.slice("summary_stats_".length);
    part.statistics = [...((part.statistics as string[] | undefined) ?? []), statistic];
  }
  for (const [key, value] of Object.entries(given)) {
    if (keys.includes(key)) agree(part, key, value, `${name}.${key}`);
    else if (CHUNKS[key]) set(config, "chunking", CHUNKS[key], value);
    else if (ROLES[key]) set(config, "columns", ROLES[key], value);
    else if (key !== "problem_type") notes.push(`${type}: ${key} is left out`);
  }
}

function set(config: Record<string, Values>, name: string, key: string, value: unknown): void {
  const part = config[name] ?? {};
  config[name] = part;
  agree(part, key, value, `${name}.${key}`);
}

function agree(part: Values, key: string, value: unknown, where: string): void {
  const text = JSON.stringify(value);
  if (part[key] !== undefined && JSON.stringify(part[key]) !== text) {
    throw new ChurnError("BAD_CONFIG", `calculators disagree on ${where}: ${JSON.stringify(part[key])} and ${text}`, {
      hint: "part the file into one for each",
    });
  }
  part[key] = value;
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function section(value: unknown, where: string): Values {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ChurnError("BAD_CONFIG", `${where} of the NannyML configuration is no mapping`);
  }
  return value as Values;
}

/** A path with its templates (`{{year}}` …) filled in, relative to the file. */
function place(path: string, folder: string, now: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const parts: Record<string, string> = {
    minute: two(now.getMinutes()),
    hour: two(now.getHours()),
    day: two(now.getDate()),
    weeknumber: String(isoWeek(now)),
    month: two(now.getMonth() + 1),
    year: String(now.getFullYear()),
  };
  const filled = path.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, key: string) => parts[key] ?? whole);
  return isAbsolute(filled) ? filled : join(folder, filled);
}

function isoWeek(date: Date): number {
  const day = new Date(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()));
  day.setUTCDate(day.getUTCDate() + 4 - (day.getUTCDay() || 7));
  return Math.ceil(((day.getTime() - Date.UTC(day.getUTCFullYear(), 0, 1)) / 86_400_000 + 1) / 7);
}
