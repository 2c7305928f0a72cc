import { beforeAll, describe, expect, it } from "vitest";
import { toyCustomers } from "../../test/fixtures/training/toy-customers.js";
import { toySnapshots } from "../../test/fixtures/training/toy-snapshots.js";
import { random } from "../core/random.js";
import { logLoss } from "../statistics/log-loss.js";
import { sigmoid } from "../statistics/logit.js";
import { ChurnModel } from "./churn-model.js";
import type { Dataset } from "./dataset.js";
import { explainRows } from "./explain/explain-rows.js";
import { type TrainResult, trainModel } from "./train-model.js";

const quick = { bootstrap_rounds: 60, permutation_repeats: 0, threads: 1 };
const of = ({ candidates }: TrainResult, engine: string) => candidates.find((each) => each.engine === engine)!;

/** Snapshots whose label is drawn from a probability that the columns tell. */
function made(rows: number, columns: (draw: () => number) => number[], risk: (row: number[]) => number): Dataset {
  const r = random("made");
  const table = Array.from({ length: rows }, () => columns(() => r.normal()));
  return {
    features: table[0].map((_, j) => (j === 0 ? "days_since_last_activity" : `f${j}`)),
    columns: table[0].map((_, j) => Float64Array.from(table, (row) => row[j])),
    label: Float64Array.from(table, (row) => Number(r.next() < sigmoid(risk(row)))),
    subscriber: table.map((_, i) => `s${i}`),
    day: new Int32Array(rows).fill(100),
    horizon: 14,
  };
}

describe("candidates", () => {
  const dataset = toySnapshots({ subscribers: 900 });
  let result: TrainResult;
  beforeAll(async () => {
    result = await trainModel(dataset, { ...quick, permutation_repeats: 1 });
  });

  it("are all in one table, by cross-validated log loss, and one of them is chosen", () => {
    const losses = result.candidates.flatMap(({ crossValidated }) => crossValidated?.log_loss.value ?? []);
    expect(losses).toEqual([...losses].sort((a, b) => a - b));
    expect(result.candidates.map(({ engine }) => engine).sort()).toEqual(
      "base-rate bg-nbd blend boosting forest logistic recency".split(" "),
    );
    expect(result.candidates.filter(({ chosen }) => chosen).map(({ engine }) => engine)).toEqual([
      result.model.facts.engine,
    ]);
    expect(of(result, "bg-nbd")).toMatchObject({
      metrics: null,
      note: expect.stringMatching(/^not there: it needs repeat_days/),
    });
  });
  it("are each measured on the folds and on the test rows, with intervals and paired differences to the chosen one", () => {
    const model = result.candidates.find(({ chosen }) => chosen)!;
    expect(model.metrics).toEqual(result.metrics);
    expect(model.probability).toEqual(result.holdout.probability);
    for (const { metrics, gain, crossValidated, crossValidatedGain, chosen, probability } of result.candidates) {
      if (metrics === null) continue;
      expect(metrics.log_loss.value).toBeCloseTo(logLoss(result.holdout.label, probability!)!, 12);
      for (const metric of ["roc_auc", "average_precision", "log_loss"] as const) {
        expect(crossValidated![metric].low!).toBeLessThanOrEqual(crossValidated![metric].value!);
        if (chosen) continue;
        const sign = metric === "log_loss" ? -1 : 1;
        expect(gain![metric].value).toBeCloseTo(sign * (result.metrics[metric].value! - metrics[metric].value!), 12);
        expect(crossValidatedGain![metric].low!).toBeLessThanOrEqual(crossValidatedGain![metric].high!);
      }
    }
    expect(of(result, "base-rate").gain!.log_loss.low).toBeGreaterThan(0);
  });
  it("tell in words who was chosen and why, and call nothing equal that noise hides", () => {
    expect(result.notes).toContain(result.why);
    expect(result.why).toMatch(/was chosen: its cross-validated log loss/);
    expect(result.notes.join(" ")).not.toMatch(/does as well|as good as/);
    expect(result.notes.some((note) => note.startsWith("on the test rows, it is ahead of"))).toBe(true);
  });
  it("give the same model for another order of rows", async () => {
    const back = Int32Array.from(dataset.label, (_, i) => dataset.label.length - 1 - i);
    const turned = { ...dataset, label: Float64Array.from(back, (i) => dataset.label[i]) };
    turned.columns = dataset.columns.map((column) => Float64Array.from(back, (i) => column[i]));
    turned.subscriber = Array.from(back, (i) => dataset.subscriber[i]);
    turned.day = Int32Array.from(back, (i) => dataset.day[i]);
    const again = await trainModel(turned, { ...quick, permutation_repeats: 1 });
    expect(again.model.version).toBe(result.model.version);
  });
});

describe("the choice", () => {
  it("is a logistic regression where log-odds are a line in logs of amounts", async () => {
    const lines = made(
      3000,
      (draw) => [Math.exp(2 * draw()), Math.exp(2 * draw()), draw(), draw()],
      ([a, b]) => Math.log1p(a) - Math.log1p(b) - 1,
    );
    const { model, candidates } = await trainModel(lines, quick);
    expect(model.facts.engine).toBe("logistic");
    expect(candidates[0].engine === "logistic" || candidates[0].engine === "blend").toBe(true);
  });
  it("is trees, alone or in a blend, where features work together", async () => {
    const corners = made(
      3000,
      (draw) => [draw(), draw(), draw()],
      ([a, b]) => (a * b > 0 ? 1.5 : -2),
    );
    const result = await trainModel(corners, quick);
    expect(["forest", "boosting", "blend"]).toContain(result.model.facts.engine);
    expect(of(result, "logistic").gain!.roc_auc.low).toBeGreaterThan(0.1);
  });
  it("is the simplest where features say nothing", async () => {
    const noise = made(
      2000,
      (draw) => [draw(), draw(), draw()],
      () => -1,
    );
    const { model, metrics } = await trainModel(noise, quick);
    expect(["base-rate", "recency"]).toContain(model.facts.engine);
    expect(metrics.log_loss.value!).toBeLessThan(0.64);
  });
  it("has BG/NBD at the top where customers come and stop as it says, and nothing beats it beyond noise", async () => {
    const result = await trainModel(toyCustomers(), quick);
    const { crossValidated } = of(result, "bg-nbd");
    expect(crossValidated!.roc_auc.value!).toBeGreaterThan(of(result, "recency").crossValidated!.roc_auc.value! + 0.02);
    expect(crossValidated!.log_loss.value!).toBeLessThan(of(result, "forest").crossValidated!.log_loss.value! + 0.01);
    const loaded = await ChurnModel.fromJSON(JSON.parse(result.model.toText()));
    expect(loaded.version).toBe(result.model.version);
  });
  it("is the engine that is asked for, and says so when another has less loss", async () => {
    const lines = made(
      2500,
      (draw) => [Math.exp(2 * draw()), Math.exp(2 * draw()), draw()],
      ([a, b]) => Math.log1p(a) - Math.log1p(b) - 1,
    );
    const { model, why, candidates } = await trainModel(lines, { ...quick, engine: "forest", num_trees: [20] });
    expect(model.facts.engine).toBe("forest");
    expect(why).toMatch(/^forest was asked for .*; logistic regression, which was not asked for, has /);
    expect(candidates.map(({ engine }) => engine)).not.toContain("blend");
  });
});

describe("a blend", () => {
  // half a line in logs, half corners: neither engine sees both well
  const both = made(
    4000,
    (draw) => Array.from({ length: 14 }, () => Math.exp(2 * draw())),
    ([a, b, ...rest]) =>
      (a > 1 === b > 1 ? 0.8 : -0.8) + 0.5 * rest.reduce((sum, x, j) => sum + (j % 2 ? 1 : -1) * Math.log1p(x), 0) - 1,
  );
  let result: TrainResult;
  beforeAll(async () => {
    result = await trainModel(both, { ...quick, permutation_repeats: 1, num_trees: [150] });
  });

  it("is chosen where it gains beyond noise, and names its parts", () => {
    expect(result.model.facts.engine).toBe("blend");
    expect(result.why).toMatch(/^the blend of .* and .* was chosen: .* below that of .* alone, beyond noise/);
    expect(result.search.filter((row) => row.chosen)).toHaveLength(2);
  });
  it("is saved and loaded to the bit, with reasons that sum to its probability, and importances that sum to 1", async () => {
    const loaded = await ChurnModel.fromJSON(JSON.parse(result.model.toText()));
    const table = { names: both.features, columns: both.columns };
    expect(loaded.predict(table)).toEqual(result.model.predict(table));
    for (const why of explainRows(loaded, both, Int32Array.of(1, 2, 3, 4))) {
      const sum = why.reasons.reduce((total, reason) => total + reason.effect, why.others);
      expect(why.baseline + sum).toBeCloseTo(why.probability, 9);
    }
    expect(result.importances.reduce((sum, row) => sum + row.gain!, 0)).toBeCloseTo(1, 9);
    expect(result.importances.every((row) => row.permutation !== null)).toBe(true);
  });
  it("gives probabilities above 0 and below 1", () => {
    for (const p of result.holdout.probability) expect(p > 0 && p < 1).toBe(true);
  });
});

describe("calibration of the chosen model", () => {
  it("comes true within 2 standard errors in nearly every tenth of unseen rows, and has a slope near 1", async () => {
    let [off, all] = [0, 0];
    for (const seed of ["a", "b", "c"]) {
      const { calibrationCheck: check, notes } = await trainModel(toySnapshots({ subscribers: 1200, seed }), quick);
      all += check.tenths.length;
      off += check.tenths.filter(({ errors }) => Math.abs(errors) > 2).length;
      expect(Math.abs(check.slope! - 1)).toBeLessThan(0.4);
      expect(notes.join("\n")).toMatch(/on the test rows the mean probability is (within|more than) 2 standard errors/);
    }
    // of 30 a few are off by chance
    expect(off / all).toBeLessThan(0.2);
  });
});

describe("warnings", () => {
  it("say when training and test differ in their rates, and when most are flagged", async () => {
    const dataset = toySnapshots({ subscribers: 900, risk: 2 });
    const label = dataset.label.map((y, i) => (dataset.day[i] >= 128 && i % 2 === 0 ? 0 : y));
    const { notes } = await trainModel({ ...dataset, label }, { ...quick, engine: "logistic" });
    expect(notes.join("\n")).toMatch(
      /of the training snapshots churned and \d+\.\d % of the test snapshots: a change of −\d/,
    );
    expect(notes.join("\n")).toMatch(
      /\(best f1\) flags \d\d\.\d % of the test snapshots: F1 0\.\d+, and 0\.\d+ when everybody is flagged/,
    );
    const even = await trainModel(toySnapshots({ subscribers: 500 }), { ...quick, engine: "logistic" });
    expect(even.notes.join("\n")).not.toMatch(/more than chance|when everybody is flagged/);
  });
});
