import { createHash } from "node:crypto";
import { closestMatch } from "../core/closest-match.js";
import { ChurnError } from "../core/errors.js";
import type { Chunking } from "../monitoring/chunks/chunk.js";
import type { MonitoredTable } from "../monitoring/chunks/table.js";
import type { MonitorConfig } from "../monitoring/engine/config-sections.js";
import { FittedMonitor, fitMonitor } from "../monitoring/engine/fit-monitor.js";
import { monitorConfig } from "../monitoring/engine/monitor-config.js";
import type { MonitorSettings } from "./options.js";
import { OUTPUTS, type SnapshotDay } from "./read-predictions.js";

/** The features of a model, and those of them that grow with the log by what they are. */
export interface WatchedFeatures {
  features: readonly string[];
  growing: readonly string[];
}

// counts up when limits are learned in another way: what is kept was judged by the old ones
const LIMITS = 2;

/** What the stage watches, as a configuration. */
function stageConfig(
  { features, growing }: WatchedFeatures,
  settings: MonitorSettings,
  subscribers: number,
): MonitorConfig {
  const { metrics, business_value_matrix, drift_methods, drift_columns } = settings;
  for (const column of drift_columns) {
    if (features.includes(column)) continue;
    const near = closestMatch(column, features);
    throw new ChurnError("BAD_OPTION", `option "monitor.drift_columns": the model reads no feature "${column}"`, {
      hint: near ? `did you mean "${near}"?` : `it reads ${features.join(", ")}`,
    });
  }
  const asked = drift_columns.length > 0 ? drift_columns : features;
  const watched = drift_columns.length > 0 ? drift_columns : features.filter((name) => !growing.includes(name));
  // left out where it is not asked for: what is kept of a model is found by a hash of this
  const performance = { metrics, ...(business_value_matrix ? { business_value_matrix } : {}) };
  return monitorConfig({
    chunking: chunkingOf(settings),
    realized: performance,
    cbpe: performance,
    univariate: {
      column_names: [...watched, ...OUTPUTS],
      continuous_methods: drift_methods,
      independent_rows: subscribers,
    },
    ...(watched.length > 1 ? { pca: { column_names: watched } } : {}),
    missing: { column_names: [...asked, OUTPUTS[0], OUTPUTS[1]] },
    stats: { column_names: watched, statistics: ["avg"] },
  });
}

function chunkingOf({ chunk_period, chunk_size, chunk_number }: MonitorSettings): Chunking {
  if (chunk_period) return { period: chunk_period };
  if (chunk_size) return { size: chunk_size };
  return chunk_number ? { number: chunk_number } : {};
}

/**
 * What was learned of the test rows of a model: from a file beside the model, or learned now and written there.
 *
 * @param artifact file of the model
 * @param reference days and subscribers of the test rows
 * @param read reads the test rows
 */
export async function fitStageMonitor(
  artifact: string,
  features: WatchedFeatures,
  settings: MonitorSettings,
  reference: { days: readonly SnapshotDay[]; subscribers: number },
  read: () => Promise<MonitoredTable>,
): Promise<{ monitor: FittedMonitor; hash: string; warnings: string[] }> {
  const asked = stageConfig(features, settings, reference.subscribers);
  const hash = createHash("sha256")
    .update(JSON.stringify([LIMITS, asked, reference.days]))
    .digest("hex")
    .slice(0, 16);
  const path = artifact.replace(/(\.json)?$/, `.monitor-${hash}.json`);
  const warnings: string[] = [];
  try {
    return { monitor: await FittedMonitor.load(path), hash, warnings };
  } catch (error) {
    // what is not there or cannot be read is learned again
    if (!(error instanceof ChurnError)) throw error;
  }
  const table = await read();
  const config = withoutEmpty(asked, table, warnings);
  let monitor: FittedMonitor;
  try {
    monitor = await fitMonitor(table, config);
  } catch (error) {
    if (!(error instanceof ChurnError) || !config.cbpe) throw error;
    const { cbpe: _, ...rest } = config;
    monitor = await fitMonitor(table, rest);
    warnings.push(`performance is not estimated: ${error.message.split("\n")[0]}`);
  }
  await monitor.save(path);
  return { monitor, hash, warnings };
}

/** Columns without any value in the test rows cannot be compared with. */
function withoutEmpty(config: MonitorConfig, { columns = {} }: MonitoredTable, warnings: string[]): MonitorConfig {
  const empty = Object.entries(columns).flatMap(([name, values]) =>
    (values as Float64Array).every(Number.isNaN) ? [name] : [],
  );
  if (empty.length === 0) return config;
  warnings.push(`without any value in the test rows, not watched: ${empty.join(", ")}`);
  const parts = Object.entries(config).map(([name, part]) => {
    const names = (part as { column_names?: readonly string[] }).column_names;
    return [name, names ? { ...part, column_names: names.filter((column) => !empty.includes(column)) } : part];
  });
  return Object.fromEntries(parts) as MonitorConfig;
}
