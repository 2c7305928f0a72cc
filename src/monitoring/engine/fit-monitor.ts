import { readFile } from "node:fs/promises";
import { ChurnError } from "../../core/errors.js";
import { writeAtomic } from "../../core/write-atomic.js";
import type { FittedPart } from "../calculators/calculator.js";
import type { Measure, PartName } from "../calculators/measure.js";
import type { Chunking } from "../chunks/chunk.js";
import { type ColumnInput, toCategory, toColumn } from "../chunks/column.js";
import { orderTable } from "../chunks/order-table.js";
import type { MonitoredTable } from "../chunks/table.js";
import type { DomainClassifierState } from "../drift/domain-classifier-calculator.js";
import type { MonitoringResult } from "../results/monitoring-result.js";
import { partOf, plannedParts } from "./calculators.js";
import { fitDomainClassifier, measureDomainClassifier } from "./domain-classifier.js";
import { fromJson, toJson } from "./fitted-json.js";
import { type MonitorConfig, monitorConfig } from "./monitor-config.js";
import { resultOf } from "./run-calculator.js";
import { onTwoThreads } from "./two-threads.js";

/** Results by part, in the order of the configuration. */
export type MonitoringResults = Partial<Record<PartName, MonitoringResult>>;

const FORMAT = "churn-workbench monitor 1";

/**
 * A monitor that has learned its reference. It can be saved and loaded: the rows of the reference are not needed again.
 */
export class FittedMonitor {
  constructor(
    readonly config: MonitorConfig,
    readonly parts: Readonly<Partial<Record<PartName, FittedPart>>>,
  ) {}

  /**
   * Measures a table: all of the analysis, or only its new chunks.
   *
   * @param options.parts only these
   * @throws BAD_INPUT when the table lacks what a part needs
   */
  async measure(analysis: MonitoredTable, options: { parts?: readonly PartName[] } = {}): Promise<MonitoringResults> {
    const fitted = Object.entries(this.parts) as [PartName, FittedPart][];
    const chunking: Chunking = this.config.chunking ?? {};
    const keepTies = fitted[0]?.[1].compat || chunking.period !== undefined;
    const table = orderTable(asCategories(analysis, this.config), "analysis", keepTies);
    const asked = fitted.filter(([name]) => !options.parts || options.parts.includes(name));
    const answers = await onTwoThreads(table.rows, (keep) => {
      const parts = asked.filter(([name]) => name !== "domain_classifier" && keep(name));
      return parts.length > 0 ? { kind: "measure", table, parts, chunking } : null;
    });
    const found = new Map(answers.flatMap(({ results = [] }) => results));
    const results: MonitoringResults = {};
    for (const [name, part] of asked) {
      const measured = found.get(name);
      results[name] = measured
        ? resultOf(partOf(name), part, measured)
        : await measureDomainClassifier(part as FittedPart<DomainClassifierState>, table, chunking);
    }
    return results;
  }

  /** The results of the reference alone. */
  reference(): MonitoringResults {
    const entries = Object.entries(this.parts) as [PartName, FittedPart][];
    return Object.fromEntries(entries.map(([name, part]) => [name, resultOf(partOf(name), part)]));
  }

  /** Writes the monitor into a file (JSON). */
  async save(path: string): Promise<void> {
    await writeAtomic(path, this.toJson());
  }

  toJson(): string {
    // nine tenths of it are measures: but for a limit that is infinite they need no coding
    const parts = Object.entries(this.parts).map(([name, { measures, ...part }]) => {
      const rest = toJson(part).slice(1);
      const coded = measures.every((row) => row.every(isPlain)) ? JSON.stringify(measures) : toJson(measures);
      return `${JSON.stringify(name)}:{"measures":${coded},${rest}`;
    });
    return `{"format":${JSON.stringify(FORMAT)},"config":${toJson(this.config)},"parts":{${parts.join(",")}}}`;
  }

  /** Reads a monitor that was saved. */
  static async load(path: string): Promise<FittedMonitor> {
    let text: string;
    try {
      text = await readFile(path, "utf8");
    } catch (cause) {
      throw new ChurnError("NOT_FOUND", `there is no saved monitor at ${path}`, { cause });
    }
    return FittedMonitor.fromJson(text);
  }

  static fromJson(text: string): FittedMonitor {
    const data = fromJson(text) as { format?: string; config: MonitorConfig; parts: FittedMonitor["parts"] };
    if (data?.format !== FORMAT) {
      throw new ChurnError("BAD_INPUT", `this is no saved monitor of format "${FORMAT}": ${data?.format}`, {
        hint: "fit and save the monitor again",
      });
    }
    return new FittedMonitor(data.config, data.parts);
  }
}

const isPlain = ({ lowerThreshold, upperThreshold }: Measure): boolean =>
  Number.isFinite(lowerThreshold ?? 0) && Number.isFinite(upperThreshold ?? 0);

/** A table whose features that the configuration calls categorical are categories. */
function asCategories(table: MonitoredTable, { columns }: MonitorConfig): MonitoredTable {
  const named = (columns?.categorical ?? []).filter((name) => table.columns?.[name] !== undefined);
  if (named.length === 0) return table;
  const categories = named.map((name) => [name, toCategory(toColumn(table.columns?.[name] as ColumnInput, name))]);
  return { ...table, columns: { ...table.columns, ...Object.fromEntries(categories) } };
}

/**
 * Learns what a reference looks like, for every part that the configuration names.
 *
 * @example
 * const monitor = await fitMonitor(reference, { chunking: { period: "W" }, cbpe: { metrics: ["roc_auc"] }, univariate: {} });
 * await monitor.save("output/monitor.json");
 * (await monitor.measure(analysis)).cbpe?.alerts();
 */
export async function fitMonitor(
  reference: MonitoredTable,
  config: MonitorConfig,
  options: { compat?: "nannyml" | undefined } = {},
): Promise<FittedMonitor> {
  const checked = monitorConfig(config);
  const plans = plannedParts(checked);
  if (plans.length === 0) {
    throw new ChurnError("BAD_CONFIG", "the configuration names no part to monitor", {
      hint: 'for example {"realized": {}, "cbpe": {}, "univariate": {}}',
    });
  }
  const table = orderTable(
    asCategories(reference, checked),
    "reference",
    options.compat === "nannyml" || checked.chunking?.period !== undefined,
  );
  const { compat } = options;
  const common = { compat, ...(checked.chunking ? { chunking: checked.chunking } : {}) };
  const given = plans.map(({ name, options: own }) => ({ name, options: { ...own, ...common } }));
  const answers = await onTwoThreads(table.rows, (keep) => {
    const some = given.filter(({ name }) => name !== "domain_classifier" && keep(name));
    return some.length > 0 ? { kind: "fit", table, plans: some } : null;
  });
  const fitted = new Map(answers.flatMap(({ fitted: some = [] }) => some));
  const parts: Partial<Record<PartName, FittedPart>> = {};
  for (const { name, options: own } of given) {
    parts[name] = fitted.get(name) ?? (await fitDomainClassifier(table, own));
  }
  return new FittedMonitor(checked, parts);
}
