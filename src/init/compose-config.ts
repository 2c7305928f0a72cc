import { basename, dirname, relative, sep } from "node:path";
import type { GrainChoice } from "./find-grain.js";
import type { Log } from "./open-log.js";
import type { DaysPlan } from "./plan-days.js";
import type { MeasuresProposal } from "./propose-measures.js";
import { NUMBER_FORMATS, type TimeFormat } from "./time-formats.js";

/** A config file as it is written. */
export type Config = Record<string, unknown>;

/** What a config is made of. */
export interface ConfigParts {
  /** The source, as it is written: relative to the config, or an address. */
  source: string | string[];
  /** Name of the config without its ending: its folder of store, data and pages is called so. */
  name: string;
  log: Log;
  decimal: "." | ",";
  subscriber: string;
  time: string;
  format: TimeFormat;
  grain: GrainChoice;
  measures: MeasuresProposal;
  days: DaysPlan;
  /** Rows that the stream will bring, about. */
  heldBack: number;
  maxRejects: number | null;
  emptyCells: boolean;
  beside: Config;
}

/** Most rows of a batch of the stream, and batches that a stream should have. */
const BATCH = 10_000;
const BATCHES = 20;

/** Writes what was found as a config: only what is not the default. */
export function composeConfig(parts: ConfigParts): Config {
  const { log, decimal, format, grain, measures, days, name } = parts;
  const { head } = log;
  const reader = {
    ...(head.format === "csv" && head.delimiter !== "," ? { delimiter: head.delimiter } : {}),
    ...(decimal === "," ? { decimal } : {}),
    ...(head.header ? {} : { header: false }),
    ...(head.skip ? { skip: head.skip } : {}),
  };
  const own = measures.measures.map(({ name, sql, title, unit, kind, negative }) => [
    name,
    {
      ...(sql === null ? {} : { sql }),
      ...(title ? { title } : {}),
      ...(unit ? { unit } : {}),
      kind,
      ...(negative ? { negative } : {}),
    },
  ]);
  return {
    source: parts.source,
    store: { path: `${name}.churn/store.duckdb` },
    // all that a run writes lies below the data folder, which no search for logs enters
    data_dir: `${name}.churn`,
    output_dir: `${name}.churn/output`,
    ...(Object.keys(reader).length ? { reader } : {}),
    grain: grain.grain,
    columns: {
      subscriber: parts.subscriber,
      [isNumber(format) || grain.grain === "event" ? "time" : "day"]: parts.time,
      ...measures.columns,
      ...renamed(measures),
    },
    ...(format === null ? {} : { time: { format } }),
    ...(own.length ? { measures: Object.fromEntries(own) } : {}),
    ...(grain.recordId ? { record_id: grain.recordId.column.name } : {}),
    ...(parts.emptyCells ? { empty_cells: "missing" } : {}),
    ...(parts.maxRejects === null ? {} : { max_rejects: parts.maxRejects }),
    ...parts.beside,
    windows: days.windows,
    horizon: days.horizon,
    ...(silenceIsChurn(parts) ? { active_within: days.horizon } : {}),
    snapshot_every: days.snapshotEvery,
    ...(days.until ? { until: days.until, stream: streamOf(parts.heldBack) } : {}),
    chunk_period: days.chunkPeriod,
  };
}

/**
 * Whether churn is silence over the horizon. Who has been silent for that long has churned already: to look for him among those who
 * will is easy, and helps nobody.
 */
export const silenceIsChurn = ({ beside, measures }: Pick<ConfigParts, "beside" | "measures">): boolean =>
  beside.churned === undefined && measures.columns.PSEUDO_CHURNED === undefined;

/** Measures that are columns of the file under other names. */
const renamed = ({ measures }: MeasuresProposal) =>
  Object.fromEntries(measures.flatMap(({ name, column }) => (column && column !== name ? [[name, column]] : [])));

const isNumber = (format: TimeFormat) => (NUMBER_FORMATS as readonly (string | null)[]).includes(format);

/** Batches that bring all that was held back without a wait; their number is a limit, not a plan. */
function streamOf(rows: number): Config {
  const natural = [100, 250, 500, 1000, 2500, 5000].find((size) => rows / size <= BATCHES) ?? BATCH;
  return { interval: 0, batch_size: natural, num_batches: Math.max(1000, Math.ceil((2 * rows) / natural)) };
}

/** A path as a config has it: from its folder on, with / between. */
export const fromConfig = (path: string, config: string): string => {
  const inside = relative(dirname(config), path).split(sep).join("/");
  return inside === ""
    ? "."
    : inside.startsWith("..") && inside.split("/").filter((part) => part === "..").length > 3
      ? path
      : inside;
};

/** Name that a config is given by default: that of the source without its endings. */
export function nameOf(path: string): string {
  const bare = basename(path).replace(/(\.(csv|tsv|txt|dat|parquet|pq|gz|zip|zst))+$/i, "");
  return bare.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+|[-.]+$/g, "") || "log";
}

/** Letters of a line of a config, at most. */
const LINE = 110;

/** A config as a person would write it: what fits into a line stands in one. */
export function formatConfig(value: unknown, indent = ""): string {
  const line = inLine(value);
  const isList = Array.isArray(value);
  const isPlain = isList && value.every((each) => typeof each !== "object");
  if (
    typeof value !== "object" ||
    value === null ||
    (indent !== "" && indent.length + line.length <= LINE) ||
    isPlain
  ) {
    return line;
  }
  const deeper = `${indent}  `;
  const parts = isList
    ? value.map((each) => formatConfig(each, deeper))
    : Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${formatConfig(each, deeper)}`);
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  return `${open}\n${parts.map((part) => `${deeper}${part}`).join(",\n")}\n${indent}${close}`;
}

function inLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, each]) => `${JSON.stringify(key)}: ${inLine(each)}`)
    .join(", ")} }`;
}
