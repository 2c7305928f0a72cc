import { ChurnError } from "../../core/errors.js";
import { type BgNbd, type CustomerHistory, fitBgNbd, probabilityOfNone } from "../../statistics/bg-nbd.js";
import type { EngineModel, FeatureTable, FittedPoint, Trainer, TrainerInput } from "./engine.js";
import { plainModel } from "./plain-model.js";

/** The features that it is made of, in days; a feature plan of set `standard` has them. */
export const HISTORY_FEATURES = ["repeat_days", "days_first_to_last_activity", "days_since_first_record"] as const;

/**
 * BG/NBD (Fader, Hardie and Lee 2005), fitted by maximum likelihood to the last training snapshot of each subscriber; the score
 * is the probability of no activity within the horizon.
 *
 * It is made wherever the features are there, whatever the label: a subscriber who does nothing may well have left.
 */
export function bgNbdTrainer(input: Pick<TrainerInput, "table" | "group" | "day" | "horizon">): Trainer {
  const { table, group, day, horizon } = input;
  const places = HISTORY_FEATURES.map((name) => table.names.indexOf(name));
  const lacking = HISTORY_FEATURES.filter((_, k) => places[k] < 0);
  if (lacking.length > 0) {
    return {
      notes: [],
      missing: `it needs ${lacking.join(", ")}: features of set "standard"`,
      groups: () => [],
      fit: async () => [],
    };
  }
  return {
    notes: [],
    groups: (grid) => grid.map((point) => [point]),
    async fit([parameters], rows) {
      const start = performance.now();
      const last = new Map<string, number>();
      for (const row of rows) {
        const known = last.get(group[row]);
        if (known === undefined || day[row] > day[known]) last.set(group[row], row);
      }
      const customers = [...last.values()].map((row) => historyOf(table, places, row));
      const fit = fitBgNbd({
        x: customers.map(({ x }) => x),
        recency: customers.map(({ recency }) => recency),
        age: customers.map(({ age }) => age),
      });
      if (fit === null) {
        throw new ChurnError("NO_DATA", `BG/NBD has no fit to ${customers.length} subscribers`, {
          hint: "their repeats do not tell how soon they stop",
        });
      }
      const mean = (of: (customer: CustomerHistory) => number) =>
        customers.reduce((sum, customer) => sum + of(customer), 0) / customers.length;
      const average = { x: mean(({ x }) => x), recency: mean(({ recency }) => recency), age: mean(({ age }) => age) };
      const json = { ...fit, horizon, places, average, features: table.names.length };
      const score = (some: Int32Array) =>
        Float64Array.from(some, (row) => probabilityOfNone(fit, historyOf(table, places, row), horizon));
      const point: FittedPoint = {
        parameters,
        seconds: (performance.now() - start) / 1000,
        score,
        model: bgNbdModel(json),
      };
      return [point];
    },
  };
}

/** A row as a customer; who was never active has come once, when first seen, and not again. */
function historyOf({ columns }: FeatureTable, places: readonly number[], row: number): CustomerHistory {
  const [x, recency, age] = places.map((place) => columns[place][row]);
  const known = (value: number) => (Number.isNaN(value) ? 0 : Math.max(0, value));
  return { x: known(x), recency: known(recency), age: Math.max(known(age), known(recency)) };
}

interface BgNbdJson extends BgNbd {
  horizon: number;
  places: number[];
  /** The mean training subscriber, from whom reasons lead away. */
  average: CustomerHistory;
  features: number;
}

function bgNbdModel(json: BgNbdJson): EngineModel {
  const { horizon, places, average, features, ...fit } = json;
  const scoreOf = (customer: CustomerHistory) => probabilityOfNone(fit, customer, horizon);
  return {
    ...plainModel({
      engine: "bg-nbd",
      features,
      uses: places,
      score: (table) =>
        Float64Array.from({ length: table.columns[0]?.length ?? 0 }, (_, row) =>
          scoreOf(historyOf(table, places, row)),
        ),
      json,
    }),
    contributions(table) {
      const rows = table.columns[0]?.length ?? 0;
      const values = new Float64Array(rows * features);
      for (let row = 0; row < rows; row++) {
        for (const [k, effect] of shapleyOf(historyOf(table, places, row), average, scoreOf).entries()) {
          values[row * features + places[k]] = effect;
        }
      }
      return { values, baseline: scoreOf(average) };
    },
  };
}

/** Shapley values of the three numbers of a customer against those of the average one, by all eight mixtures. */
function shapleyOf(own: CustomerHistory, average: CustomerHistory, scoreOf: (customer: CustomerHistory) => number) {
  const keys = ["x", "recency", "age"] as const;
  const score = Array.from({ length: 8 }, (_, mask) => {
    const [x, recency, age] = keys.map((key, k) => (mask & (1 << k) ? own : average)[key]);
    return scoreOf({ x, recency, age: Math.max(age, recency) });
  });
  return keys.map((_, k) => {
    const bit = 1 << k;
    const [second, third] = keys.flatMap((_, j) => (j === k ? [] : [1 << j]));
    const gain = (others: number) => score[others | bit] - score[others];
    return gain(0) / 3 + (gain(second) + gain(third)) / 6 + gain(second | third) / 3;
  });
}

/** @throws ChurnError MODEL_DAMAGED */
export function loadBgNbdModel(json: unknown): EngineModel {
  const { r, alpha, a, b, horizon, places, average, features } = (json ?? {}) as Partial<BgNbdJson>;
  const numbers = [r, alpha, a, b, horizon, features];
  if (!Array.isArray(places) || !average || !numbers.every((each) => typeof each === "number")) {
    throw new ChurnError("MODEL_DAMAGED", "this JSON is not a BG/NBD model");
  }
  return bgNbdModel(json as BgNbdJson);
}
