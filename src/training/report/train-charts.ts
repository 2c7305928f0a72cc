import { barChart } from "../../charts/bar-chart.js";
import { calibrationChart } from "../../charts/calibration-chart.js";
import type { Chart } from "../../charts/chart.js";
import { percent, shortNumber } from "../../charts/chart-text.js";
import { confusionChart } from "../../charts/confusion-chart.js";
import { gainsChart } from "../../charts/gains-chart.js";
import { liftChart } from "../../charts/lift-chart.js";
import { lineChart } from "../../charts/line-chart.js";
import { precisionRecallChart } from "../../charts/precision-recall-chart.js";
import { rocChart } from "../../charts/roc-chart.js";
import { thinCurve } from "../../charts/thin-curve.js";
import { dateOf } from "../../core/days.js";
import type { Confusion } from "../../statistics/confusion.js";
import { mean } from "../../statistics/mean.js";
import type { ReliabilityBin } from "../../statistics/reliability.js";
import { rocCurve } from "../../statistics/roc-curve.js";
import { wilsonInterval } from "../../statistics/wilson-interval.js";
import type { Campaign } from "../choose-threshold.js";
import type { Estimate, Metrics } from "../evaluate.js";
import type { FeatureImportance } from "../importances.js";
import type { People } from "../people.js";
import { peopleCurve, type ScoredSnapshots } from "../people-curve.js";
import type { SearchRow } from "../search-grid.js";
import type { Candidate } from "./candidate-table.js";
import { decideChart } from "./decide-chart.js";
import { gainChart, permutationChart } from "./importance-charts.js";
import type { ReportCurves } from "./report-curves.js";
import { searchChart } from "./search-chart.js";
import type { SegmentRow } from "./segment-table.js";

/** The charts of a training; each is made when it is asked for. */
export interface TrainCharts {
  readonly roc: Chart;
  readonly pr: Chart;
  /** Of people, as `lift` and `profit`: each is walked through the snapshots in time. */
  readonly gains: Chart;
  readonly lift: Chart;
  readonly calibration: Chart;
  /** Of snapshots at the threshold: a leaver is there two or three times. */
  readonly confusion: Chart;
  /** Of people at the threshold, each counted once. */
  readonly people: Chart;
  /** Share of the gain by feature. */
  readonly importances: Chart;
  /** ROC AUC lost on the test rows when a feature is shuffled; of features that say the same, none seems needed. */
  readonly permutation: Chart;
  readonly profit: Chart;
  /** The profit with sliders: threshold, value, cost, success rate, budget. */
  readonly decide: Chart;
  /** ROC AUC of the parts of the test rows. */
  readonly segments: Chart;
  /** Log loss of the grid points over the folds. */
  readonly search: Chart;
}

export interface TrainChartInput {
  /** The test snapshots; `probability` is the model's. */
  snapshots: ScoredSnapshots & { label: Uint8Array; probability: Float64Array };
  curves: ReportCurves;
  metrics: Metrics;
  beforeCalibration: { brier: number | null; ece: number | null };
  confusion: Confusion;
  people: People;
  campaign: Campaign;
  threshold: number;
  candidates: readonly Candidate[];
  importances: readonly FeatureImportance[];
  segments: readonly SegmentRow[];
  search: readonly SearchRow[];
  /** What a person calls a feature. */
  titleOf(feature: string): string;
}

/** The charts of the test rows. */
export function trainCharts(input: TrainChartInput): TrainCharts {
  return {
    get roc() {
      return rocOf(input);
    },
    get pr() {
      return precisionRecallOf(input);
    },
    get gains() {
      return gainsOf(input);
    },
    get lift() {
      return liftOf(input);
    },
    get calibration() {
      return calibrationOf(input);
    },
    get confusion() {
      return confusionChart(input.confusion, { threshold: input.threshold, counted: "test snapshots" });
    },
    get people() {
      return peopleOf(input);
    },
    get importances() {
      return gainChart(input.importances);
    },
    get permutation() {
      return permutationChart(input.importances);
    },
    get segments() {
      return segmentsOf(input);
    },
    get search() {
      return searchChart(input.search);
    },
    get profit() {
      return profitOf(input);
    },
    get decide() {
      return decideChart(input.curves.profit, input.people, { ...input.campaign, threshold: input.threshold });
    },
  };
}

/** The other candidates that rank subscribers; the base rate does not. */
function rivalsOf(candidates: readonly Candidate[]) {
  return candidates.flatMap(({ name, engine, chosen, probability, metrics }) =>
    probability && !chosen && engine !== "base-rate"
      ? [{ name, probability, metrics, baseline: engine === "recency" }]
      : [],
  );
}

function rocOf({ snapshots: { label }, curves, metrics, candidates }: TrainChartInput): Chart {
  const own = curves.roc ? [{ name: "model", ...curves.roc, ...auc(metrics.roc_auc.value) }] : [];
  const others = rivalsOf(candidates).flatMap(({ name, probability, metrics, baseline }) => {
    const curve = rocCurve(label, probability);
    return curve ? [{ name, ...curve, ...auc(metrics?.roc_auc.value), baseline }] : [];
  });
  return rocChart([...own, ...others]);
}

function precisionRecallOf({ snapshots: { label }, curves, metrics }: TrainChartInput): Chart {
  const curve = curves.precisionRecall;
  const own = curve && { name: "model", ...curve, averagePrecision: metrics.average_precision.value ?? Number.NaN };
  return precisionRecallChart(own ? [own] : [], {
    baseRate: mean(label) ?? Number.NaN,
    title: "Precision and recall of the test snapshots at every threshold",
  });
}

/** The people whom the model and its rivals reach, by threshold. */
function allReached({ snapshots, people: { coolingOff }, candidates }: TrainChartInput) {
  const rivals = rivalsOf(candidates).map(({ name, probability, baseline }) => ({ name, probability, baseline }));
  return [{ name: "model", probability: snapshots.probability, baseline: false }, ...rivals].map(
    ({ name, probability, baseline }) => {
      const { people, churners, steps } = peopleCurve({ ...snapshots, probability }, coolingOff);
      const share = steps.map((step) => step.flagged / people);
      const captured = steps.map((step) => step.found / churners);
      const kept = thinCurve(share, captured);
      const lift = kept.map((i) => steps[i].found / (steps[i].found + steps[i].falseAlarms) / (churners / people));
      return { name, baseline, share: kept.map((i) => share[i]), captured: kept.map((i) => captured[i]), lift };
    },
  );
}

function gainsOf(input: TrainChartInput): Chart {
  return gainsChart(
    allReached(input).map(({ share, captured, ...own }) => ({
      ...own,
      share: [0, ...share],
      captured: [0, ...captured],
    })),
    { title: "Gains: people found who churn, by contacting the top of the ranking" },
  );
}

function liftOf(input: TrainChartInput): Chart {
  return liftChart(allReached(input), {
    title: "Lift: how much denser churners are among the people contacted",
    subtitle: "share of churners among the people contacted, over that of all people of the test",
  });
}

function peopleOf({ people, threshold }: TrainChartInput): Chart {
  const text = ({ value }: Estimate) => (value === null ? "undefined" : percent(value));
  return confusionChart(people.confusion, {
    threshold,
    counted: "test people",
    subtitle: `each counted once: precision ${text(people.precision)}, recall ${text(people.recall)}; ${countText(people.contacts)} contacts over ${dateOf(people.days[0])} to ${dateOf(people.days[1])}`,
  });
}

function calibrationOf({ curves, beforeCalibration, metrics }: TrainChartInput): Chart {
  return calibrationChart(
    [
      { name: "model", ...calibrationPoints(curves.reliability) },
      { name: "before calibration", ...calibrationPoints(curves.reliabilityBefore) },
    ],
    { subtitle: calibrationText(beforeCalibration, metrics) },
  );
}

function segmentsOf({ segments, titleOf }: TrainChartInput): Chart {
  return barChart(
    {
      names: segments.map(({ segment, level }) => `${titleOf(segment)}: ${level}`),
      values: segments.map((row) => row.roc_auc.value ?? Number.NaN),
      low: segments.map((row) => row.roc_auc.low ?? Number.NaN),
      high: segments.map((row) => row.roc_auc.high ?? Number.NaN),
    },
    {
      title: "How well the model ranks within each part of the test snapshots",
      subtitle: "with 95% intervals; 0.5 is guessing",
      valueTitle: "ROC AUC",
      sort: false,
      format: ".2f",
    },
  );
}

/** The curve is of the test; the threshold was chosen before, so the point on it is no best of these people. */
function profitOf({ curves, people, threshold }: TrainChartInput): Chart {
  const share = curves.profit.map((step) => step.share);
  const profit = curves.profit.map((step) => step.profit);
  const kept = thinCurve(share, profit);
  const at = people.people === 0 ? 0 : people.flagged / people.people;
  const gained = people.profit.value;
  const interval =
    people.profit.low === null || people.profit.high === null
      ? ""
      : ` (95% interval ${people.profit.low.toFixed(2)} to ${people.profit.high.toFixed(2)})`;
  return lineChart({
    title: "Profit of a campaign, by how many people are contacted",
    subtitle:
      gained === null
        ? "there is nobody"
        : `at the threshold ${shortNumber(threshold)}, ${percent(at)} contacted: ${gained.toFixed(2)} per person of the test${interval}`,
    x: {
      title: "share of people contacted, highest probability first",
      values: kept.map((i) => share[i]),
      kind: "number",
    },
    y: { title: "profit per person" },
    series: [{ name: "model", values: kept.map((i) => profit[i]) }],
    rules: [{ value: 0 }],
    points: false,
  });
}

const countText = (n: number) => n.toLocaleString("en-US");

const auc = (value: number | null | undefined) => (value == null ? {} : { auc: value });

/** What calibration did to the errors. */
function calibrationText(before: TrainChartInput["beforeCalibration"], after: Metrics): string {
  const text = (value: number | null) => (value === null ? "not defined" : value.toFixed(3));
  return `calibration error ${text(before.ece)} before, ${text(after.ece.value)} after; Brier score ${text(before.brier)} before, ${text(after.brier.value)} after`;
}

/** Points with Wilson's 95 % interval of the observed rate. */
function calibrationPoints(bins: readonly ReliabilityBin[]) {
  const limits = bins.map(({ observed, rows }) => wilsonInterval(observed * rows, rows));
  return {
    predicted: bins.map((bin) => bin.predicted),
    observed: bins.map((bin) => bin.observed),
    low: limits.map((interval) => interval?.low ?? Number.NaN),
    high: limits.map((interval) => interval?.high ?? Number.NaN),
    count: bins.map((bin) => bin.rows),
  };
}
