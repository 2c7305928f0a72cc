import { describe, expect, it } from "vitest";
import { random } from "../core/random.js";
import { rocAuc } from "../statistics/roc-auc.js";
import { aucDifference, evaluate } from "./evaluate.js";

/** Rows of subscribers whose own level makes their rows alike. */
function sample(seed: string, subscribers: number, each: number) {
  const r = random(seed);
  const label: number[] = [];
  const probability: number[] = [];
  const group: string[] = [];
  for (let s = 0; s < subscribers; s++) {
    const y = Number(r.next() < 0.3);
    const p = 1 / (1 + Math.exp(1 - 1.4 * y - r.normal()));
    for (let i = 0; i < each; i++) {
      label.push(y);
      probability.push(p);
      group.push(`s${s}`);
    }
  }
  return { label, probability, group };
}
// the AUC of two normal scores 1.4 apart is Φ(1.4 / √2)
const TRUTH = 0.8389;

describe("evaluate", () => {
  it("has intervals that hold the true AUC in about 95 of 100 samples", () => {
    let inside = 0;
    for (let k = 0; k < 200; k++) {
      const { label, probability, group } = sample(`cover-${k}`, 200, 1);
      const { low, high } = evaluate(label, probability, { threshold: 0.5, rounds: 200, seed: k, group }).metrics
        .roc_auc;
      if (low! <= TRUTH && TRUTH <= high!) inside++;
    }
    // 95 % of 200 is 190, its standard deviation 3.1
    expect(inside).toBeGreaterThanOrEqual(180);
    expect(inside).toBeLessThanOrEqual(199);
  });
  it("draws subscribers: five copies of each row make no interval narrower", () => {
    const once = sample("groups", 200, 1);
    const copies = sample("groups", 200, 5);
    const width = (data: ReturnType<typeof sample>) => {
      const { low, high } = evaluate(data.label, data.probability, {
        ...data,
        threshold: 0.5,
        rounds: 300,
        seed: 1,
      }).metrics.roc_auc;
      return high! - low!;
    };
    expect(width(copies)).toBeCloseTo(width(once), 12);
    const asRows = { ...copies, group: copies.group.map((_, i) => String(i)) };
    expect(width(asRows)).toBeLessThan(0.6 * width(once));
  });
  it("is the same for the same seed, and has no interval without rounds", () => {
    const data = { ...sample("seed", 50, 2), threshold: 0.5 };
    const run = (seed: number, rounds: number) =>
      evaluate(data.label, data.probability, { ...data, seed, rounds }).metrics;
    expect(run(1, 50)).toEqual(run(1, 50));
    expect(run(1, 50)).not.toEqual(run(2, 50));
    expect(run(1, 0).roc_auc).toEqual({ value: rocAuc(data.label, data.probability), low: null, high: null });
  });
  it("says why a metric is not defined", () => {
    const options = { threshold: 0.5, rounds: 20, seed: 1, group: ["a", "b"] };
    const one = evaluate([0, 0], [0.1, 0.2], options).metrics;
    expect(one.roc_auc).toEqual({ value: null, low: null, high: null, reason: "only one class is there" });
    expect(one.precision.reason).toBe("no row is predicted to churn");
    expect(one.recall.reason).toBe("no row churned");
    expect(one.accuracy.value).toBe(1);
    expect(evaluate([], [], { ...options, group: [] }).metrics.brier).toMatchObject({
      value: null,
      reason: "there is no row",
    });
  });
});

describe("aucDifference", () => {
  const { label, probability, group } = sample("difference", 300, 1);
  const options = { threshold: 0.5, rounds: 200, seed: 1, group };
  const own = evaluate(label, probability, options);

  it("of a score with itself is 0 with an interval of 0", () => {
    expect(aucDifference(own, own)).toEqual({ value: 0, low: 0, high: 0 });
  });
  it("is narrower than either AUC where the scores are alike", () => {
    const r = random("noise");
    const blurred = probability.map((p) => p + 0.05 * r.normal());
    const { value, low, high } = aucDifference(own, evaluate(label, blurred, options));
    expect(value).toBeCloseTo(rocAuc(label, probability)! - rocAuc(label, blurred)!, 14);
    expect(high! - low!).toBeLessThan(0.5 * (own.metrics.roc_auc.high! - own.metrics.roc_auc.low!));
  });
  it("is not defined with one class", () => {
    const one = evaluate([0, 0], [0.1, 0.2], { ...options, group: ["a", "b"] });
    expect(aucDifference(one, one)).toMatchObject({ value: null, reason: "only one class is there" });
  });
});
