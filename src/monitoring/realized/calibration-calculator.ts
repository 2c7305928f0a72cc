import { ChurnError } from "../../core/errors.js";
import type { RawMeasure, SyncCalculator } from "../calculators/calculator.js";
import { calculatorConfig } from "../calculators/calculator-config.js";
import { threshold } from "../calculators/config-values.js";
import { STANDARD_DEVIATION, type Threshold } from "../calculators/threshold.js";
import { roleOf } from "../chunks/order-table.js";
import type { OrderedTable } from "../chunks/table.js";

export interface CalibrationOptions {
  readonly threshold?: Threshold | null | undefined;
}

export interface CalibrationState {
  readonly threshold: Threshold;
}

const config = calculatorConfig(
  "calibration",
  { threshold },
  { toOptions: (given): CalibrationOptions => ({ threshold: given.threshold }) },
);

// labels that come late are not a sample of all: what leavers' labels come first would look like a wrong score
const MOST_MISSING = 0.02;
const FEWEST = 30;

/**
 * Calibration: whether scores still mean what they say. The mean score less the share that came true, and the slope of the
 * log-odds that came true on those of the score (Cox 1958): 1 where they agree, below 1 where scores say too much.
 */
export const calibrationCalculator: SyncCalculator<
  CalibrationOptions,
  CalibrationState,
  void,
  "calibration",
  typeof config
> = {
  name: "calibration",
  title: "Calibration",
  role: { of: "calibration" },
  config,
  fields: ["value", "samplingError", "upperThreshold", "lowerThreshold", "alert"],
  rule: "strict",
  byColumn: false,

  fit(reference, options) {
    if (!reference.score || !reference.truth) {
      throw new ChurnError("BAD_INPUT", 'reference: calibration needs the columns "y_pred_proba" and "y_true"');
    }
    return { threshold: options.threshold ?? STANDARD_DEVIATION };
  },

  series: ({ threshold: each }) => [
    {
      key: "mean_gap",
      metric: "mean_gap",
      label: "Mean score minus rate",
      threshold: each,
      range: { lower: -1, upper: 1 },
    },
    { key: "slope", metric: "slope", label: "Calibration slope", threshold: each, range: {} },
  ],

  measure(_state, table, { from, to }): RawMeasure[] {
    if (!table.truth || !table.score) return [nothing("no labels"), nothing("no labels")];
    const rows = knownRows(table, from, to);
    const n = rows.score.length;
    const missing = to - from - n;
    if (n === 0) return [nothing("no label is in yet"), nothing("no label is in yet")];
    if (missing > MOST_MISSING * (to - from)) {
      const reason = `${missing} of ${to - from} rows have no label or no score yet`;
      return [nothing(reason), nothing(reason)];
    }
    return [gapOf(rows), slopeOf(rows)];
  },
};

const nothing = (reason: string): RawMeasure => ({ value: Number.NaN, n: 0, samplingError: Number.NaN, reason });

interface Rows {
  readonly score: readonly number[];
  readonly label: readonly number[];
}

function knownRows(table: OrderedTable, from: number, to: number): Rows {
  const [score, label]: [number[], number[]] = [[], []];
  const [u, y] = [roleOf(table, "score"), roleOf(table, "truth")];
  for (let i = from; i < to; i++) {
    if (Number.isNaN(u[i]) || Number.isNaN(y[i])) continue;
    score.push(u[i]);
    label.push(y[i]);
  }
  return { score, label };
}

function gapOf({ score, label }: Rows): RawMeasure {
  const n = score.length;
  let [sum, squares] = [0, 0];
  for (let i = 0; i < n; i++) {
    const gap = score[i] - label[i];
    sum += gap;
    squares += gap * gap;
  }
  const value = sum / n;
  // one outcome more keeps a chunk of one class from claiming certainty
  const variance = Math.max(squares / n - value * value, 1 / (n + 2));
  return { value, n, samplingError: Math.sqrt(variance / n) };
}

const CLIP = 1e-4;

/** The slope of a logistic regression on the log-odds of the score, by Newton's method, with its error from the information. */
function slopeOf({ score, label }: Rows): RawMeasure {
  const n = score.length;
  const positives = label.reduce((sum, each) => sum + each, 0);
  if (n < FEWEST || positives < 5 || n - positives < 5) {
    return { ...nothing(`too few of a class, n=${n}`), n };
  }
  const x = score.map((u) => {
    const p = Math.min(1 - CLIP, Math.max(CLIP, u));
    return Math.log(p / (1 - p));
  });
  let [a, b] = [0, 1];
  let information = 0;
  for (let step = 0; step < 25; step++) {
    let [ga, gb, haa, hab, hbb] = [0, 0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const p = 1 / (1 + Math.exp(-a - b * x[i]));
      const w = p * (1 - p);
      ga += label[i] - p;
      gb += (label[i] - p) * x[i];
      haa += w;
      hab += w * x[i];
      hbb += w * x[i] * x[i];
    }
    const determinant = haa * hbb - hab * hab;
    if (!(determinant > 1e-12 * haa * hbb)) return { ...nothing("the scores are all the same"), n };
    const [da, db] = [(hbb * ga - hab * gb) / determinant, (haa * gb - hab * ga) / determinant];
    a += da;
    b += db;
    information = determinant / haa;
    if (Math.abs(da) + Math.abs(db) < 1e-9) break;
    if (!Number.isFinite(a) || !Number.isFinite(b) || Math.abs(b) > 50)
      return { ...nothing("it has no finite value"), n };
  }
  return { value: b, n, samplingError: 1 / Math.sqrt(information) };
}
