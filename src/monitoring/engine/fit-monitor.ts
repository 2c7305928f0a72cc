import { readFile } from "node:fs/promises";
import { ChurnError } from "../../core/errors.js";
import { writeAtomic } from "../../core/write-atomic.js";
import type { FittedCalculator } from "../calculators/calculator.js";
import { isCompat } from "../calculators/fit-calculator.js";
import type { Measure } from "../calculators/measure.js";
import { toCategory, toColumn } from "../chunks/column.js";
import type { MonitoredTable } from "../chunks/table.js";
import type { MonitoringResult } from "../results/monitoring-result.js";
import { type CalculatorName, calculatorEntries, calculatorFor } from "./calculators.js";
import type { MonitorConfig } from "./config-sections.js";
import { fromJson, toJson } from "./fitted-json.js";
import { monitorConfig, withDefaults } from "./monitor-config.js";
import { orderMonitored } from "./order-monitored.js";
import { planCalculators } from "./plan-calculators.js";
import { toResult } from "./run-calculator.js";
import { fitOnThreads, measureOnThreads } from "./run-on-threads.js";
import { watchedColumns, withGoneColumns } from "./watched-columns.js";

/** Results by calculator, in the order of the configuration. */
export type MonitoringResults = Partial<Record<CalculatorName, MonitoringResult>>;

/** What each calculator has learned, in the order of the configuration. */
export type FittedCalculators = Partial<Record<CalculatorName, FittedCalculator>>;

const FORMAT = "churn-workbench monitor 2";

/**
 * A monitor that has learned its reference. It can be saved and loaded: the rows of the reference are not needed again.
 */
export class FittedMonitor {
  constructor(
    readonly config: MonitorConfig,
    readonly calculators: Readonly<FittedCalculators>,
  ) {}

  /**
   * Measures a table: all of the analysis, or only its new chunks.
   *
   * @param options.calculators only these
   * @throws BAD_INPUT when the table lacks what a calculator needs
   */
  async measure(
    analysis: MonitoredTable,
    options: { calculators?: readonly CalculatorName[] } = {},
  ): Promise<MonitoringResults> {
    const all = calculatorEntries(this.calculators);
    const { chunking = {} } = this.config;
    const how = { compat: all[0]?.[1].compat ?? false, chunking };
    const { table: whole, gone } = this.#complete(analysis, how.compat);
    const table = orderMonitored(asCategories(whole, this.config), "analysis", how);
    const fitted = all.filter(([name]) => !options.calculators || options.calculators.includes(name));
    const measured = new Map(await measureOnThreads({ table, fitted, chunking }));
    const warnings = gone.map((name) => `column "${name}" is gone from the analysis: all its values are missing`);
    return Object.fromEntries(
      fitted.map(([name, each]) => {
        const found = measured.get(name);
        const told = found && { ...found, warnings: [...found.warnings, ...warnings] };
        return [name, toResult(calculatorFor(name), each, told)];
      }),
    );
  }

  /** The analysis with every column that was watched. */
  #complete(analysis: MonitoredTable, compat: boolean) {
    if (compat) return { table: analysis, gone: [] };
    const { y_pred_proba = "y_pred_proba", y_pred = "y_pred", y_true = "y_true" } = this.config.columns ?? {};
    const outputs = Object.values(analysis.names ?? {}).concat(y_pred_proba, y_pred, y_true);
    const all = calculatorEntries(this.calculators).flatMap(([name, { state }]) =>
      calculatorFor(name)
        .series(state)
        .flatMap(({ column }) => column ?? []),
    );
    const watched = [...new Set(all)].filter((name) => !outputs.includes(name));
    return withGoneColumns(analysis, watched, rowsOf(analysis));
  }

  /** The results of the reference alone. */
  reference(): MonitoringResults {
    return Object.fromEntries(
      calculatorEntries(this.calculators).map(([name, fitted]) => [name, toResult(calculatorFor(name), fitted)]),
    );
  }

  /** Writes the monitor into a file (JSON). */
  async save(path: string): Promise<void> {
    await writeAtomic(path, this.toJson());
  }

  toJson(): string {
    // nine tenths of it are measures: but for a limit that is infinite they need no coding
    const parts = calculatorEntries(this.calculators).map(([name, { measures, calculator: part, ...fitted }]) => {
      const rest = toJson({ part, ...fitted }).slice(1);
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
    const data = fromJson(text) as SavedMonitor | null;
    if (data?.format !== FORMAT) {
      throw new ChurnError("BAD_INPUT", `this is not a saved monitor of format "${FORMAT}": ${data?.format}`, {
        hint: "fit and save the monitor again",
      });
    }
    const calculators = Object.entries(data.parts).map(([name, { part, ...fitted }]) => [
      name,
      { calculator: part, ...fitted },
    ]);
    return new FittedMonitor(data.config, Object.fromEntries(calculators));
  }
}

const rowsOf = ({ timestamp, yPredProba, yPred, yTrue, columns = {} }: MonitoredTable): number => {
  const [first] = [timestamp, yPredProba, yPred, yTrue, ...Object.values(columns)].filter((each) => each !== undefined);
  return first === undefined ? 0 : "codes" in first ? first.codes.length : first.length;
};

/** A monitor as it stands in its file, where a calculator is a part. */
interface SavedMonitor {
  readonly format?: string;
  readonly config: MonitorConfig;
  readonly parts: Readonly<Record<string, Omit<FittedCalculator, "calculator"> & { readonly part: string }>>;
}

const isPlain = ({ lowerThreshold, upperThreshold }: Measure): boolean =>
  Number.isFinite(lowerThreshold ?? 0) && Number.isFinite(upperThreshold ?? 0);

/** A table whose features that the configuration calls categorical are categories. */
function asCategories(table: MonitoredTable, { columns }: MonitorConfig): MonitoredTable {
  const categories = (columns?.categorical ?? []).flatMap((name) => {
    const input = table.columns?.[name];
    return input === undefined ? [] : [[name, toCategory(toColumn(input, name))]];
  });
  if (categories.length === 0) return table;
  return { ...table, columns: { ...table.columns, ...Object.fromEntries(categories) } };
}

/**
 * Learns what a reference looks like, with every calculator that the configuration names.
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
  const { compat } = options;
  const checked = isCompat(compat) ? monitorConfig(config) : withDefaults(monitorConfig(config));
  const { chunking } = checked;
  const ordered = orderMonitored(asCategories(reference, checked), "reference", { compat: isCompat(compat), chunking });
  const table = isCompat(compat) ? ordered : watchedColumns(ordered, checked);
  const plans = planCalculators(checked, table);
  if (plans.length === 0) {
    throw new ChurnError("BAD_CONFIG", "the configuration names nothing to monitor", {
      hint: 'for example {"realized": {}, "cbpe": {}, "univariate": {}}',
    });
  }
  const common = { compat, ...(chunking ? { chunking } : {}) };
  const given = plans.map(({ name, options: own }) => ({ name, options: { ...own, ...common } }));
  const fitted = new Map(await fitOnThreads({ table, plans: given }));
  // in the order of the configuration, whoever was ready first
  return new FittedMonitor(checked, Object.fromEntries(plans.map(({ name }) => [name, fitted.get(name)])));
}
