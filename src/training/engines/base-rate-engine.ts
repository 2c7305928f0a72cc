import { ChurnError } from "../../core/errors.js";
import type { EngineModel, FittedPoint, Trainer, TrainerInput } from "./engine.js";
import { plainModel } from "./plain-model.js";

/** The share of churners among the training rows, for everybody: what any model has to beat. */
export function baseRateTrainer({ table, label }: Pick<TrainerInput, "table" | "label">): Trainer {
  return {
    notes: [],
    groups: (grid) => grid.map((point) => [point]),
    async fit([parameters], rows) {
      const churned = rows.reduce((sum, row) => sum + label[row], 0);
      const model = baseRateModel({ rate: churned / rows.length, features: table.names.length });
      const score = (some: Int32Array) => new Float64Array(some.length).fill(churned / rows.length);
      const point: FittedPoint = { parameters, seconds: 0, score, model };
      return [point];
    },
  };
}

interface BaseRate {
  rate: number;
  features: number;
}

function baseRateModel(json: BaseRate): EngineModel {
  const { rate, features } = json;
  return {
    ...plainModel({
      engine: "base-rate",
      features,
      uses: [],
      score: ({ columns }) => new Float64Array(columns[0]?.length ?? 0).fill(rate),
      json,
    }),
    contributions: ({ columns }) => ({
      values: new Float64Array((columns[0]?.length ?? 0) * features),
      baseline: rate,
    }),
  };
}

/** @throws ChurnError MODEL_DAMAGED */
export function loadBaseRateModel(json: unknown): EngineModel {
  const { rate, features } = (json ?? {}) as Partial<BaseRate>;
  if (typeof rate !== "number" || typeof features !== "number") {
    throw new ChurnError("MODEL_DAMAGED", "this JSON is not a base rate");
  }
  return baseRateModel({ rate, features });
}
