import { describe, expect, it } from "vitest";
import { random } from "../core/random.js";
import { logLoss } from "../statistics/log-loss.js";
import { rocAuc } from "../statistics/roc-auc.js";
import { evaluate, gainOver } from "./evaluate.js";

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

describe("gainOver", () => {
  const { label, probability, group } = sample("difference", 300, 1);
  const options = { threshold: 0.5, rounds: 200, seed: 1, group };
  const own = evaluate(label, probability, options);

  it("of a score over itself is 0 with an interval of 0", () => {
    const { roc_auc, average_precision, log_loss } = gainOver(own, own);
    for (const gain of [roc_auc, average_precision]) expect(gain).toEqual({ value: 0, low: 0, high: 0 });
    expect(Math.abs(log_loss.value!) + Math.abs(log_loss.low!) + Math.abs(log_loss.high!)).toBe(0);
  });
  it("is narrower than either AUC where the scores are alike, and above 0 where the first is better, for log loss too", () => {
    const r = random("noise");
    const blurred = probability.map((p) => Math.min(0.999, Math.max(0.001, p + 0.05 * r.normal())));
    const gain = gainOver(own, evaluate(label, blurred, options));
    expect(gain.roc_auc.value).toBeCloseTo(rocAuc(label, probability)! - rocAuc(label, blurred)!, 14);
    expect(gain.log_loss.value).toBeCloseTo(logLoss(label, blurred)! - logLoss(label, probability)!, 14);
    expect(gain.roc_auc.high! - gain.roc_auc.low!).toBeLessThan(
      0.5 * (own.metrics.roc_auc.high! - own.metrics.roc_auc.low!),
    );
    const coin = gainOver(
      own,
      evaluate(
        label,
        label.map(() => 0.5),
        options,
      ),
    );
    for (const each of Object.values(coin)) expect(each.low).toBeGreaterThan(0);
  });
  it("is not defined with one class", () => {
    const one = evaluate([0, 0], [0.1, 0.2], { ...options, group: ["a", "b"] });
    expect(gainOver(one, one).roc_auc).toMatchObject({ value: null, reason: "only one class is there" });
  });
});
