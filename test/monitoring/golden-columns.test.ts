import { describe, expect, it } from "vitest";
import { snakeKeys } from "../../src/core/key-case.js";
import { rankByAlertCount, rankByCorrelation } from "../../src/monitoring/drift/rank-columns.js";
import { missingValues, outOfRangeValues, unseenValues } from "../../src/monitoring/engine/data-quality.js";
import { estimatePerformance } from "../../src/monitoring/engine/estimate-performance.js";
import { realizedPerformance } from "../../src/monitoring/engine/realized-performance.js";
import { reconstructionDrift } from "../../src/monitoring/engine/reconstruction-drift.js";
import { summaryStatistic } from "../../src/monitoring/engine/summary-statistics.js";
import { univariateDrift } from "../../src/monitoring/engine/univariate-drift.js";
import { chunkingOf, compareFile, compareRows, golden, goldenTable, periodOf, type Tally } from "./golden.js";

const executed = golden("executed");
const docs = golden("docs");
// biome-ignore lint/suspicious/noExplicitAny: the files have many shapes
const runs: [string, any][] = Object.entries({ ...executed, ...docs }).filter(
  ([name, file]) => file.dataset.available !== false && !/titanic|california|employment/.test(name + file.dataset.name),
);
const of = (calculator: RegExp) => runs.filter(([, file]) => calculator.test(String(file.config?.calculator)));
const set = (name: string) => (name.startsWith("micro") ? "micro" : "carloan");

// biome-ignore lint/suspicious/noExplicitAny: the files have many shapes
function tables(name: string, file: any) {
  const { chunking, time } = chunkingOf(file);
  const first = /first (\d+) rows/.exec(String(file.dataset.reference));
  const rows = first ? { rows: Number(first[1]) } : {};
  return {
    reference: goldenTable(set(name), "reference", { time, ...rows }),
    analysis: goldenTable(set(name), "analysis", { time }),
    chunking,
    compat: "nannyml" as const,
  };
}

describe("data quality", () => {
  const tally: Tally = { compared: 0, agreed: 0, misses: [] };
  it.each(of(/MissingValues|UnseenValues|NumericalRange/))("%s: every cell agrees with NannyML", (name, file) => {
    const { config } = file;
    const calculator = String(config.calculator);
    const check = calculator.startsWith("Missing")
      ? missingValues
      : calculator.startsWith("Unseen")
        ? unseenValues
        : outOfRangeValues;
    const columns = config.column_names ?? columnsOf(file);
    const result = check({ ...tables(name, file), columns, normalize: config.normalize ?? true });
    const rows = result.filter({ period: periodOf(file) }).toRows();
    expect(compareFile(rows, file, { relative: 1e-9 }, tally, name)).toEqual([]);
  });
  it("prints how many cells were compared and agreed", () => {
    console.log(`data quality: ${tally.compared} cells compared, ${tally.agreed} agreed`);
    expect(tally.agreed).toBe(tally.compared);
    expect(tally.compared).toBeGreaterThan(4000);
  });
});

describe("summary statistics", () => {
  const tally: Tally = { compared: 0, agreed: 0, misses: [] };
  const statistics = { Avg: "avg", Sum: "sum", Std: "std", Median: "median", RowCount: "count" } as const;
  const cases = of(/SummaryStats/).filter(([, file]) => !/anker/.test(JSON.stringify(file.config) + file.id));
  it.each(cases)("%s: every cell agrees with NannyML", (name, file) => {
    const [, which] = /SummaryStats(\w+)Calculator/.exec(file.config.calculator) ?? [];
    const statistic = statistics[which as keyof typeof statistics];
    const columns = file.config.column_names ?? columnsOf(file);
    const result = summaryStatistic(statistic, {
      ...tables(name, file),
      ...(statistic === "count" ? {} : { columns }),
    });
    const rows = result.filter({ period: periodOf(file) }).toRows();
    const relative = statistic === "std" || statistic === "median" ? 1e-8 : 1e-9;
    expect(compareFile(rows, file, { relative }, tally, name)).toEqual([]);
  });
  it("prints how many cells were compared and agreed", () => {
    console.log(`summary statistics: ${tally.compared} cells compared, ${tally.agreed} agreed`);
    expect(tally.agreed).toBe(tally.compared);
    expect(tally.compared).toBeGreaterThan(4000);
  });
});

describe("reconstruction error", () => {
  const tally: Tally = { compared: 0, agreed: 0, misses: [] };
  it.each(of(/DataReconstruction/))("%s: every cell agrees with NannyML", (name, file) => {
    const result = reconstructionDrift({
      ...tables(name, file),
      columns: file.config.column_names,
      components: file.config.n_components ?? 0.65,
    });
    const rows = result.filter({ period: periodOf(file) }).toRows();
    expect(compareFile(rows, file, { relative: 1e-9 }, tally, name)).toEqual([]);
  });
  it("prints how many cells were compared and agreed", () => {
    console.log(`reconstruction error: ${tally.compared} cells compared, ${tally.agreed} agreed`);
    expect(tally.agreed).toBe(tally.compared);
    expect(tally.compared).toBeGreaterThan(2000);
  });
});

/** The columns that a table of results is about. */
// biome-ignore lint/suspicious/noExplicitAny: the files have many shapes
function columnsOf(file: any): string[] {
  const columns: string[][] = (file.expected ?? file.expected_full_precision).columns;
  return [...new Set(columns.map(([name]) => name))].filter((name) => name !== "chunk");
}

describe("rankers", () => {
  const tally: Tally = { compared: 0, agreed: 0, misses: [] };
  const all = docs.univariate_stored_calculator_all.config;
  // biome-ignore lint/suspicious/noExplicitAny: the files have many shapes
  const drift = (name: string, file: any, methods?: { continuous: string; categorical: string }) => {
    const micro = executed.micro_univariate_monthly.config;
    const small = executed.carloan_ref8000_univariate_size2000.config;
    const big = executed.carloan_univariate_monthly.config;
    const config = name.startsWith("micro") ? micro : name.includes("ref8000") ? small : name in docs ? all : big;
    return univariateDrift({
      ...tables(name, file),
      ...(name.includes("ref8000")
        ? { analysis: goldenTable("carloan", "analysis", { time: false, rows: 12_000 }) }
        : {}),
      columns: config.column_names,
      treatAsCategorical: config.treat_as_categorical ?? [],
      continuousMethods: [methods?.continuous ?? "jensen_shannon"] as never,
      categoricalMethods: [methods?.categorical ?? "jensen_shannon"] as never,
    });
  };
  const counts = Object.entries(executed).filter(([, file]) => file.config.calculator === "AlertCountRanker");
  it.each(counts)("%s: alert counts and ranks agree with NannyML", (name, file) => {
    const ranks = rankByAlertCount(drift(name, file)).map(snakeKeys);
    const before = tally.misses.length;
    compareRows(ranks, file.expected, { relative: 1e-9 }, tally, name);
    expect(tally.misses.slice(before)).toEqual([]);
  });
  const correlations = Object.entries(executed).filter(([, file]) => file.config.calculator === "CorrelationRanker");
  it.each(correlations)("%s: correlations and ranks agree with NannyML", (name, file) => {
    const { continuous, categorical, metric, only_drifting } = file.config;
    const performance = realizedPerformance({ ...tables(name, file), metrics: metric });
    const ranks = rankByCorrelation(
      drift(name, file, { continuous, categorical }),
      performance,
      performance.filter({ period: "reference" }),
      { onlyDrifting: only_drifting },
    ).map(snakeKeys);
    const before = tally.misses.length;
    compareRows(ranks, file.expected, { relative: 1e-6 }, tally, name);
    expect(tally.misses.slice(before)).toEqual([]);
  });
  it("prints how many cells were compared and agreed", () => {
    console.log(`rankers: ${tally.compared} cells compared, ${tally.agreed} agreed`);
    expect(tally.agreed).toBe(tally.compared);
    expect(tally.compared).toBeGreaterThan(200);
  });
  it("ranks with an estimate as with what came true", () => {
    const file = executed["carloan_correlation_rank_roc_auc_onlydrifting-False"];
    const performance = estimatePerformance({ ...tables("carloan", file), metrics: "roc_auc" });
    const ranks = rankByCorrelation(drift("carloan", file), performance, performance.filter({ period: "reference" }));
    expect(ranks.slice(0, 4).map(({ columnName }) => columnName)).toContain("repaid_loan_on_prev_car");
  });
});
