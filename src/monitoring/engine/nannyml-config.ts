import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { ChurnError } from "../../core/errors.js";
import { parseYaml } from "../../core/parse-yaml.js";
import type { NannymlCalculator } from "../calculators/calculator.js";
import { CALCULATORS } from "./calculators.js";
import { CONFIG_SECTIONS, type MonitorConfig } from "./config-sections.js";
import { monitorConfig } from "./monitor-config.js";

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

/** NannyML's calculators by their type, each with the section that asks for ours. */
const TYPES: ReadonlyMap<string, NannymlCalculator & { readonly section: string }> = new Map(
  CALCULATORS.flatMap(({ nannyml, config }) =>
    nannyml ? [[nannyml.type, { ...nannyml, section: config.section }] as const] : [],
  ),
);

const CHUNKS: Readonly<Record<string, string>> = CONFIG_SECTIONS.get("chunking")?.otherNames ?? {};
const ROLES: Readonly<Record<string, string>> = {
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
  const file = (key: string) => fileOf(section(input[key], `input.${key}`), key, folder, now);
  const { config, output, notes } = readCalculators(list(raw.calculators), (path) => place(path, folder, now));
  if (raw.scheduling) notes.push("scheduling is not supported and was skipped: use cron, or the poller of the service");
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
    ...(targets && typeof column === "string" ? { targets, join: column } : {}),
    ...(output ? { output } : {}),
    config: monitorConfig(config),
    notes,
  };
}

function fileOf({ path, credentials }: Values, key: string, folder: string, now: Date): string {
  if (typeof path !== "string") throw new ChurnError("BAD_CONFIG", `input.${key} has no path`);
  if (/^[a-z0-9]+:\/\//i.test(path) || credentials) {
    throw new ChurnError("BAD_CONFIG", `input.${key} is a remote path (${path})`, { hint: "download it first" });
  }
  return place(path, folder, now);
}

interface Collected {
  /** Sections by their keys. */
  readonly config: Record<string, Values>;
  readonly notes: string[];
  output?: string;
}

/** Puts what each calculator asks for into the sections of one configuration. */
function readCalculators(calculators: readonly unknown[], placed: (path: string) => string): Collected {
  const found: Collected = { config: {}, notes: [] };
  for (const [i, each] of calculators.entries()) {
    const { type, enabled, params, outputs, store } = section(each, `calculators[${i}]`);
    if (enabled === false) continue;
    const known = TYPES.get(String(type));
    if (!known) {
      found.notes.push(`calculator ${type} is not supported and was skipped`);
      continue;
    }
    addCalculator(found, known, section(params ?? {}, `calculators[${i}].params`));
    if (store) found.notes.push(`the store of ${type} was skipped: the fitted monitor is saved as monitor.json`);
    for (const target of list(outputs)) {
      const { type: kind, params: at } = section(target, `calculators[${i}].outputs`);
      const path = section(at ?? {}, "output params").path;
      if (kind === "raw_files" && typeof path === "string") found.output ??= placed(path);
      else found.notes.push(`output ${kind} of ${type} is not supported and was skipped`);
    }
  }
  return found;
}

function addCalculator(
  { config, notes }: Collected,
  { section: name, type, keys, implies = {} }: NannymlCalculator & { readonly section: string },
  given: Values,
): void {
  const own = sectionIn(config, name);
  for (const [key, values] of Object.entries(implies)) own[key] = [...list(own[key]), ...values];
  for (const [key, value] of Object.entries(given)) {
    if (keys.includes(key)) agree(own, key, value, `${name}.${key}`);
    else if (CHUNKS[key]) agree(sectionIn(config, "chunking"), CHUNKS[key], value, `chunking.${CHUNKS[key]}`);
    else if (ROLES[key]) agree(sectionIn(config, "columns"), ROLES[key], value, `columns.${ROLES[key]}`);
    else if (key !== "problem_type") notes.push(`${type}: ${key} is not supported and was skipped`);
  }
}

function sectionIn(config: Record<string, Values>, name: string): Values {
  config[name] ??= {};
  return config[name];
}

/** Sets a value, unless another calculator has set a different one. */
function agree(values: Values, key: string, value: unknown, where: string): void {
  const text = JSON.stringify(value);
  if (values[key] !== undefined && JSON.stringify(values[key]) !== text) {
    throw new ChurnError("BAD_CONFIG", `calculators disagree on ${where}: ${JSON.stringify(values[key])} and ${text}`, {
      hint: "split the file into one for each",
    });
  }
  values[key] = value;
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function section(value: unknown, where: string): Values {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ChurnError("BAD_CONFIG", `${where} of the NannyML configuration is not a mapping`);
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
