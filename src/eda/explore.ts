import { join, resolve } from "node:path";
import { CDR_COLUMNS } from "../cdr/columns.js";
import type { Chart } from "../charts/chart.js";
import { percent } from "../charts/chart-text.js";
import { dateOf } from "../core/days.js";
import { throwIfInterrupted } from "../core/interrupted.js";
import type { StageContext } from "../core/progress.js";
import type { Store } from "../store/open-store.js";
import type { DailyTable } from "./by-day.js";
import { byDayChart } from "./by-day-chart.js";
import { churnRates, type RateGroup } from "./churn-rates.js";
import { correlationChart } from "./correlation-chart.js";
import { type ExploredRows, exploredRows } from "./explored-rows.js";
import { jointChart } from "./joint-chart.js";
import { correlateWithLabel, type LabelCorrelation, trendLine } from "./label-correlation.js";
import { type EdaOptions, edaOptions } from "./options.js";
import { readLog } from "./read-log.js";
import { type ColumnSummary, summarize } from "./summarize.js";
import type { Tally } from "./tally.js";

const LABEL = "PSEUDO_CHURNED";

/** What the log looks like, and which of its columns go with churn. */
export interface Exploration {
  rows: number;
  subscribers: number;
  firstDay: string;
  lastDay: string;
  label: {
    /** given: PSEUDO_CHURNED of the row's own day; ahead: churn in the `horizon` days after it. */
    source: "given" | "ahead";
    horizon: number | null;
    /** Rows whose label is known, and those of them with label 1. */
    known: number;
    churned: number;
  };
  summary: (ColumnSummary & { title: string })[];
  /** One row a day: `day`, `rows`, and for each column its sum and its mean; null on days without a value. */
  daily: Record<string, string | number | null>[];
  correlations: CorrelationRow[];
  /** Churn rates from the lowest to the highest tenth of each column. */
  churnRates: (RateGroup & { column: string })[];
  /** The charts that were written. */
  files: string[];
  /** What a reader should know, in sentences. */
  notes: string[];
  /** Not part of the JSON form. */
  readonly charts: ExplorationCharts;
}

/** Charts of an exploration, by what they show. */
export interface ExplorationCharts {
  sums: Chart;
  means: Chart;
  correlations: Chart;
  /** Each column against the label. */
  joint: Record<string, Chart>;
}

/** Correlations of one column with the label; what is undefined is null, and `note` says why. */
export interface CorrelationRow {
  column: string;
  /** What a person calls it, unit included. */
  title: string;
  n: number;
  pearson: number | null;
  pearsonLow: number | null;
  pearsonHigh: number | null;
  pearsonP: number | null;
  spearman: number | null;
  spearmanLow: number | null;
  spearmanHigh: number | null;
  spearmanP: number | null;
  /** Share of the label's variance that a straight line of the column explains. */
  r2: number | null;
  note: string | null;
}

/**
 * Explores the log: summary, sums and means by day, correlation of each column with the label, and churn rates by tenths; the
 * charts go to `output_dir`, each column against the label as `<column>_vs_PSEUDO_CHURNED.svg` and `.png`.
 *
 * Columns missing from the log are omitted. A row is a subscriber's day.
 *
 * @param store the store of the job; it is leased for the time of the work
 * @param options what the config file names too; `docs/options.md` lists them
 * @param context `onProgress` hears how far it is, `signal` stops it
 * @returns the tables, and the charts by name; each chart can be shown or saved
 * @throws ChurnError NO_DATA when there are no records in the days asked for
 * @example
 * const { correlations, charts } = await explore(store, { label: "ahead", horizon: 14 });
 */
export async function explore(
  store: Store,
  options: EdaOptions = {},
  context: StageContext = {},
): Promise<Exploration> {
  const settings = edaOptions.parse(options);
  const { log, columns, summary, daily } = await store.lease(
    async (db) => {
      const log = await exploredRows(db, settings);
      return { log, ...(await readLog(db, log, context)) };
    },
    { signal: context.signal },
  );
  const titled = log.measures.map(({ name, title }) => ({ name, title }));
  const titles = new Map([...CDR_COLUMNS, ...titled].map(({ name, title }) => [name, title]));
  const withTitle = <Row extends { column: string }>({ column, ...row }: Row) => ({
    column,
    title: titles.get(column) ?? column,
    ...row,
  });
  const tallies = log.measures.map(({ name }): [string, Tally] => [name, columns[name]]);
  const correlations = tallies.map(([name, tally]) => correlateWithLabel(name, tally));
  const labelled = {
    known: total(summary.label, "stayed") + total(summary.label, "churned"),
    churned: total(summary.label, "churned"),
  };
  const ahead = log.label === "ahead";
  const labelTitle = ahead ? `churn in the next ${settings.horizon} days` : LABEL;
  // the label of the row's own day and the one that looks ahead may both be explored in one job
  const suffix = ahead && log.flagged ? `${LABEL}_ahead` : LABEL;

  const charts: ExplorationCharts = {
    sums: byDayChart(daily, titled, { statistic: "sum" }),
    means: byDayChart(daily, titled, { statistic: "mean", title: "Means by day, over the rows of the day" }),
    correlations: correlationChart(correlations, { label: labelTitle, titles }),
    joint: Object.fromEntries(
      log.measures.map(({ name, title }) => [
        name,
        jointChart(columns[name], { column: name, columnTitle: title, label: labelTitle, rowsAre: "subscriber-days" }),
      ]),
    ),
  };
  const named: [string, Chart][] = [
    ["daily_sums", charts.sums],
    ["daily_means", charts.means],
    [`correlations_with_${suffix}`, charts.correlations],
    ...Object.entries(charts.joint).map(([name, chart]): [string, Chart] => [`${name}_vs_${suffix}`, chart]),
  ];
  let done = 0;
  const files = await Promise.all(
    named.map(async ([name, chart]) => {
      throwIfInterrupted(context.signal, "eda");
      const path = resolve(join(settings.output_dir, name));
      const saved = await chart.save(`${path}.svg`, `${path}.png`);
      context.onProgress?.({ task: "eda", done: ++done, total: named.length, unit: "charts" });
      return saved;
    }),
  );

  const result: Omit<Exploration, "charts"> = {
    rows: log.rows,
    subscribers: log.subscribers,
    firstDay: log.firstDay,
    lastDay: log.lastDay,
    label: { source: log.label, horizon: ahead ? settings.horizon : null, ...labelled },
    summary: [
      ...summary.keys,
      ...tallies.map(([name, tally]) => summarize(name, tally)),
      ...(ahead ? [] : [summarize(LABEL, summary.label)]),
    ].map(withTitle),
    daily: dailyRows(daily),
    correlations: correlations.map((row) => withTitle(correlationRow(row, trendLine(columns[row.column])?.r2 ?? null))),
    churnRates: tallies.flatMap(([column, tally]) => churnRates(tally).map((group) => ({ column, ...group }))),
    files: files.flat(),
    notes: notes(log, settings.horizon, labelled),
  };
  // not enumerable: the JSON form leaves the charts out
  return Object.defineProperty({ ...result, charts }, "charts", { enumerable: false });
}

function notes(log: ExploredRows, horizon: number, { known, churned }: { known: number; churned: number }): string[] {
  const share = known > 0 ? `${percent(churned / known)} of ${known.toLocaleString("en-US")} rows` : "no row";
  const how = log.leftUntil !== null ? "leaves by the list" : log.flagged ? "is flagged" : "does nothing";
  const event = `${how} in the ${horizon} days after it`;
  const end =
    log.leftUntil === null
      ? `of the last ${horizon} days`
      : `less than ${horizon} days before ${log.leftUntil}, when the list ends,`;
  const unseen = log.unseen
    ? `, and ${log.unseen.toLocaleString("en-US")} rows of whose subscribers there is neither a flag nor activity in these days (eda.silent: leaver takes them for churn)`
    : "";
  return [
    log.label === "ahead"
      ? `A row counts as churned when its subscriber ${event} (${share}); rows ${end} have no label${unseen}.`
      : `${LABEL} is that of the row's own day (${share}): the correlations show what churn looks like, not what announces it; label = "ahead" does.`,
    "Rows of one subscriber are alike, so intervals and p-values, which take rows as independent, are too narrow.",
  ];
}

function total(tally: Tally, part: "stayed" | "churned"): number {
  return tally[part].reduce((sum, count) => sum + count, 0);
}

function correlationRow(
  { column, pearson, spearman }: LabelCorrelation,
  r2: number | null,
): Omit<CorrelationRow, "title"> {
  return {
    column,
    n: pearson.n,
    pearson: pearson.r,
    pearsonLow: pearson.low,
    pearsonHigh: pearson.high,
    pearsonP: pearson.p,
    spearman: spearman.r,
    spearmanLow: spearman.low,
    spearmanHigh: spearman.high,
    spearmanP: spearman.p,
    r2,
    note: pearson.why ?? spearman.why,
  };
}

function dailyRows({ days, rows, sums, means }: DailyTable): Exploration["daily"] {
  const finite = (value: number) => (Number.isFinite(value) ? value : null);
  return Array.from(days, (day, i) => ({
    day: dateOf(day),
    rows: rows[i],
    ...Object.fromEntries(
      Object.keys(sums).flatMap((name) => [
        [`${name}_sum`, finite(sums[name][i])],
        [`${name}_mean`, finite(means[name][i])],
      ]),
    ),
  }));
}
