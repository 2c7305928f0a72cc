import type { FeaturePlan } from "./feature-plan.js";
import { whole } from "./whole-numbers.js";

/** Sums over days that count the less the longer ago they are, made as features ask for them. */
export interface WeightedSums {
  /** SQL for the sum of `active` or of a measure `m0`, in units of `WEIGHT`, as a double. */
  of(what: string, halfLife: number): string;
  /** SQL for the weights of the days of a window since the subscriber's first one, in units of 1. */
  weights(halfLife: number, window: number): string;
  /** The query that makes what was asked for, a row a subscriber; undefined where nothing was. */
  query(window: number): string | undefined;
}

/** The weight of a whole day: weights are whole numbers, since sums of doubles depend on their order. */
export const WEIGHT = 2 ** 50;

/** Yesterday weighs 2^(−1/half-life), each day before less by that factor. */
export function weightedSums(plan: FeaturePlan): WeightedSums {
  const asked = new Map<string, string>();
  const lives = new Set<number>();
  return {
    of(what, halfLife) {
      lives.add(halfLife);
      const value =
        what === "active" ? `g${halfLife} * CAST(active AS BIGINT)` : `g${halfLife} * CAST(${what} AS HUGEINT)`;
      const sql = `CAST(sum(${value}) AS DOUBLE)`;
      const alias = asked.get(sql) ?? `e${asked.size}`;
      asked.set(sql, alias);
      return alias;
    },
    weights(halfLife, window) {
      const q = 2 ** (-1 / halfLife);
      return `(${q} * (1 - pow(${q}, least(age, ${window}))) / ${1 - q})`;
    },
    query(window) {
      if (!asked.size) return undefined;
      const cells = plan.measures.map((measure, index) => `, ${whole(measure, `m${index}`)} AS m${index}`).join("");
      const weights = [...lives]
        .map((days) => `, CAST(round(pow(2, -age / ${days}) * ${WEIGHT}) AS HUGEINT) AS g${days}`)
        .join("");
      const sums = [...asked].map(([sql, alias]) => `${sql} AS ${alias}`).join(", ");
      return `SELECT DP_MSISDN, ${sums} FROM (SELECT DP_MSISDN, active${cells}${weights} FROM past WHERE age <= ${window}) GROUP BY DP_MSISDN`;
    },
  };
}
