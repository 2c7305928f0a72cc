import { ChurnError } from "../core/errors.js";
import type { ChurnModel } from "./churn-model.js";
import type { Dataset } from "./dataset.js";

/** What a model says of each row. */
export interface Scores {
  /** Churn probability, calibrated. */
  probability: Float64Array;
  /** 1 where the probability is at least the model's threshold. */
  prediction: Uint8Array;
  /** 1 … 10 by rank within the snapshot day: 1 is the tenth with the highest probabilities. */
  decile: Uint8Array;
}

/**
 * Scores snapshots with a model; labels are not needed.
 *
 * @throws ChurnError BAD_INPUT when the features or the plan that made them are not those of the model
 */
export function scoreDataset(model: ChurnModel, dataset: Omit<Dataset, "label" | "horizon">): Scores {
  const { plan_hash } = model.facts;
  const given = dataset.plan?.hash ?? null;
  if (plan_hash !== null && given !== null && plan_hash !== given) {
    throw new ChurnError(
      "BAD_INPUT",
      `the data were made by feature plan ${given}, model ${model.version} was trained on plan ${plan_hash}`,
      { hint: "make the features with the plan of the model, or train again" },
    );
  }
  const probability = model.predict({ names: dataset.features, columns: dataset.columns });
  return {
    probability,
    prediction: Uint8Array.from(probability, (p) => (p >= model.threshold ? 1 : 0)),
    decile: decilesByDay(probability, dataset.day),
  };
}

/** Deciles within each day: one tenth for each tenth of the day's rows that scores strictly higher. */
export function decilesByDay(probability: Float64Array, day: Int32Array): Uint8Array {
  const order = Int32Array.from(day, (_, i) => i);
  order.sort((a, b) => day[a] - day[b] || probability[b] - probability[a] || a - b);
  const decile = new Uint8Array(order.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && day[order[to]] === day[order[from]]) to++;
    for (let i = from, first = from; i < to; i++) {
      if (probability[order[i]] !== probability[order[first]]) first = i;
      decile[order[i]] = 1 + Math.floor((10 * (first - from)) / (to - from));
    }
    from = to;
  }
  return decile;
}
