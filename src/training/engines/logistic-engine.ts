import { ChurnError } from "../../core/errors.js";
import { throwIfInterrupted } from "../../core/interrupted.js";
import { sigmoid } from "../../statistics/logit.js";
import type { EngineModel, FeatureTable, FittedPoint, Trainer, TrainerInput } from "./engine.js";
import { type LinearColumn, learnColumns, linearMatrix, loggedColumns } from "./linear-features.js";
import { fitLogistic, type LogisticFit, linearPredictor } from "./logistic-regression.js";

/** Penalty of a point that names none. */
const PENALTY = 10;

/** Nats a row: far below what two penalties differ by. */
const TOLERANCE = 1e-9;

/**
 * Logistic regression on all features and all rows: signed logs, standardized, L2 penalty (`learnColumns` has the rest).
 *
 * Points are the penalties, the largest first, each beginning where the one before ended. Class weights are not used: they
 * would only shift what the calibration shifts back.
 */
export function logisticTrainer({ table, label }: Pick<TrainerInput, "table" | "label">): Trainer {
  let logged: Float64Array[] | undefined;
  return {
    notes: [],
    groups: (grid) => (grid.length > 0 ? [[...grid]] : []),
    async fit(group, rows, _seed, { signal }) {
      logged ??= loggedColumns(table);
      const columns = learnColumns(logged, rows);
      const matrix = linearMatrix(columns, logged, rows);
      const target = Float64Array.from(rows, (row) => label[row]);
      const penalties = group.map(({ penalty = PENALTY }) => penalty);
      const fits = new Map<number, { fit: LogisticFit; seconds: number }>();
      let last: LogisticFit | undefined;
      for (const penalty of [...new Set(penalties)].sort((a, b) => b - a)) {
        throwIfInterrupted(signal, "training");
        const start = performance.now();
        last = await fitLogistic(matrix, target, { penalty, start: last, tolerance: TOLERANCE });
        fits.set(penalty, { fit: last, seconds: (performance.now() - start) / 1000 });
        await new Promise(setImmediate);
      }
      return group.map((parameters, k): FittedPoint => {
        const { fit, seconds } = known(fits, penalties[k]);
        const score = (some: Int32Array) =>
          linearPredictor(fit, linearMatrix(columns, logged ?? [], some)).map(sigmoid);
        return { parameters, seconds, score, model: logisticModel({ columns, fit, features: table.names.length }) };
      });
    },
  };
}

function known<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key);
  if (value === undefined) throw new Error(`no fit of ${key}`);
  return value;
}

interface Linear {
  columns: readonly LinearColumn[];
  fit: LogisticFit;
  /** Number of features, of which some may have no column. */
  features: number;
}

/** The engine model of a logistic regression. */
function logisticModel({ columns, fit, features }: Linear): EngineModel {
  /** What each feature adds to the log-odds: its value, and that it is missing. */
  const effects = (table: FeatureTable) => {
    const { rows, width, values } = matrixOf(columns, table);
    const out = new Float64Array(rows * features);
    for (let i = 0; i < rows; i++) {
      for (const [j, { feature }] of columns.entries()) {
        out[i * features + feature] += fit.weights[j] * values[i * width + j];
      }
    }
    return out;
  };
  const used = new Set(columns.map(({ feature }) => feature));
  return {
    engine: "logistic",
    numTrees: 0,
    score: (table) => linearPredictor(fit, matrixOf(columns, table)).map(sigmoid),
    importances() {
      const out = new Float64Array(features);
      for (const [j, { feature }] of columns.entries()) out[feature] += Math.abs(fit.weights[j]);
      const all = out.reduce((sum, each) => sum + each, 0);
      return all > 0 ? out.map((each) => each / all) : out;
    },
    shuffledScores(table) {
      const linear = linearPredictor(fit, matrixOf(columns, table));
      const added = effects(table);
      return (column, from) => {
        if (!used.has(column)) return null;
        return linear.map((x, i) => sigmoid(x - added[i * features + column] + added[from[i] * features + column]));
      };
    },
    contributions: (table) => ({ values: effects(table), baseline: sigmoid(fit.intercept) }),
    toJSON: () => ({ columns, intercept: fit.intercept, weights: Array.from(fit.weights), features }),
  };
}

function matrixOf(columns: readonly LinearColumn[], table: FeatureTable) {
  const rows = Int32Array.from({ length: table.columns[0]?.length ?? 0 }, (_, i) => i);
  return linearMatrix(columns, loggedColumns(table), rows);
}

/** @throws ChurnError MODEL_DAMAGED */
export function loadLogisticModel(json: unknown): EngineModel {
  const { columns, intercept, weights, features } = (json ?? {}) as {
    columns?: LinearColumn[];
    intercept?: number;
    weights?: number[];
    features?: number;
  };
  if (!Array.isArray(columns) || !Array.isArray(weights) || weights.length !== columns.length) {
    throw new ChurnError("MODEL_DAMAGED", "this JSON is not a logistic regression");
  }
  return logisticModel({
    columns,
    fit: { intercept: Number(intercept), weights: Float64Array.from(weights) },
    features: Number(features),
  });
}
