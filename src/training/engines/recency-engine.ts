import { ChurnError } from "../../core/errors.js";
import { sigmoid } from "../../statistics/logit.js";
import type { EngineModel, FeatureTable, FittedPoint, Trainer, TrainerInput } from "./engine.js";
import { signedLog } from "./linear-features.js";
import { fitLogistic, rowMatrix } from "./logistic-regression.js";
import { plainModel } from "./plain-model.js";

/** Days since the last activity alone: a logistic curve over their log; who was never active counts a day longer than anybody. */
export function recencyTrainer({ table, label, recency }: Pick<TrainerInput, "table" | "label" | "recency">): Trainer {
  const column = table.names.indexOf(recency);
  if (column < 0) {
    return {
      notes: [],
      missing: `there is no feature ${JSON.stringify(recency)} (option recency_feature)`,
      groups: () => [],
      fit: async () => [],
    };
  }
  const values = table.columns[column];
  return {
    notes: [],
    groups: (grid) => grid.map((point) => [point]),
    async fit([parameters], rows) {
      const start = performance.now();
      let most = 0;
      for (const row of rows) if (values[row] > most) most = values[row];
      const never = most + 1;
      const target = Float64Array.from(rows, (row) => label[row]);
      const logs = rowMatrix([Float64Array.from(rows, (row) => logOf(values[row], never))], rows.length);
      // the penalty only keeps classes that are apart from being a curve without a slope
      const { intercept, weights } = await fitLogistic(logs, target, { penalty: 1e-3 });
      const json = { column, never, intercept, weight: weights[0], features: table.names.length };
      const score = (some: Int32Array) =>
        Float64Array.from(some, (row) => sigmoid(intercept + weights[0] * logOf(values[row], never)));
      const point: FittedPoint = {
        parameters,
        seconds: (performance.now() - start) / 1000,
        score,
        model: recencyModel(json),
      };
      return [point];
    },
  };
}

interface Recency {
  column: number;
  /** Days of who was never active. */
  never: number;
  intercept: number;
  weight: number;
  features: number;
}

const logOf = (days: number, never: number) => signedLog(Number.isNaN(days) ? never : days);

function recencyModel(json: Recency): EngineModel {
  const { column, never, intercept, weight, features } = json;
  const linear = ({ columns }: FeatureTable) => columns[column].map((days) => weight * logOf(days, never));
  return {
    ...plainModel({
      engine: "recency",
      features,
      uses: [column],
      score: (table) => linear(table).map((x) => sigmoid(intercept + x)),
      json,
    }),
    contributions(table) {
      const effect = linear(table);
      const values = new Float64Array(effect.length * features);
      for (let i = 0; i < effect.length; i++) values[i * features + column] = effect[i];
      return { values, baseline: sigmoid(intercept) };
    },
  };
}

/** @throws ChurnError MODEL_DAMAGED */
export function loadRecencyModel(json: unknown): EngineModel {
  const { column, never, intercept, weight, features } = (json ?? {}) as Partial<Recency>;
  const numbers = [column, never, intercept, weight, features];
  if (!numbers.every((each) => typeof each === "number")) {
    throw new ChurnError("MODEL_DAMAGED", "this JSON is not a model of recency");
  }
  return recencyModel(json as Recency);
}
