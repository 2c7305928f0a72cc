import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { random } from "../../core/random.js";
import { rocAuc } from "../../statistics/roc-auc.js";
import { shapValues } from "../explain/tree-shap.js";
import { outOfBag } from "../grow/out-of-bag.js";
import { bin } from "../matrix/bin.js";
import type { Matrix } from "../matrix/matrix.js";
import { Forest } from "../model/forest.js";
import { fitBoosting } from "./fit-boosting.js";

interface Case {
  names: string[];
  columns: number[][];
  y: number[];
  boosting_auc: number;
  boosting_log_loss: number;
}
const truth = JSON.parse(
  readFileSync(new URL("../../../test/fixtures/forest/truth.json", import.meta.url), "utf8"),
) as {
  binary: Record<string, Case>;
  classes: { iris: Omit<Case, "boosting_auc"> & { boosting_accuracy: number } };
};

/** a raises the chance, b lowers it, c is noise. */
function data(rows: number, seed = "boosting"): { x: Matrix; y: Uint8Array } {
  const { next } = random(seed);
  const columns = [0, 1, 2].map(() => Float64Array.from({ length: rows }, () => (next() < 0.05 ? Number.NaN : next())));
  const at = (j: number, i: number) => columns[j][i] || 0.5;
  const y = Uint8Array.from({ length: rows }, (_, i) =>
    next() < 1 / (1 + Math.exp(3 - 6 * (at(0, i) - at(1, i) + 0.5))) ? 1 : 0,
  );
  return { x: { names: ["a", "b", "c"], columns }, y };
}

/** The defaults of scikit-learn's HistGradientBoosting, which ours are not on tables of so few rows. */
const SCIKIT = { maxLeaves: 31, l2: 0, maxFeatures: null };

describe("fitBoosting", () => {
  it.each(Object.entries(truth.binary))("is as good as scikit-learn's on %s", async (_, set) => {
    const binned = bin({ names: set.names, columns: set.columns.map((column) => Float64Array.from(column)) });
    const all = Int32Array.from(set.y, (_, i) => i);
    const p = new Float64Array(set.y.length);
    for (let k = 0; k < 5; k++) {
      const rows = all.filter((i) => i % 5 !== k);
      const forest = await fitBoosting({ binned, rows }, set.y, { ...SCIKIT, earlyStopping: false });
      const held = all.filter((i) => i % 5 === k);
      forest.predict({ binned, rows: held }).forEach((value, i) => {
        p[held[i]] = value;
      });
    }
    expect(rocAuc(set.y, p)!).toBeGreaterThan(set.boosting_auc - 0.01);
    const loss = p.reduce((sum, value, i) => sum - Math.log(set.y[i] === 1 ? value : 1 - value), 0) / p.length;
    expect(loss).toBeLessThan(set.boosting_log_loss * 1.1);
  });
  it.each(Object.entries(truth.binary))("has a better log loss on %s by the defaults for few rows", async (_, set) => {
    const binned = bin({ names: set.names, columns: set.columns.map((column) => Float64Array.from(column)) });
    const all = Int32Array.from(set.y, (_, i) => i);
    const losses = { few: 0, cv: 0 };
    for (const [name, options] of Object.entries({ few: {}, cv: { earlyStopping: "cv", numTrees: 300 } as const })) {
      for (let k = 0; k < 5; k++) {
        const forest = await fitBoosting({ binned, rows: all.filter((i) => i % 5 !== k) }, set.y, options);
        const held = all.filter((i) => i % 5 === k);
        const p = forest.predict({ binned, rows: held });
        held.forEach((row, i) => {
          losses[name as keyof typeof losses] -= Math.log(set.y[row] === 1 ? p[i] : 1 - p[i]) / set.y.length;
        });
      }
    }
    expect(losses.few).toBeLessThan(set.boosting_log_loss * 0.95);
    expect(losses.cv).toBeLessThan(set.boosting_log_loss * 0.95);
  });
  it("has other defaults below 10,000 rows, and chooses its rounds by inner folds where it is told to", async () => {
    const { x, y } = data(600);
    const few = await fitBoosting(x, y, { numTrees: 3 });
    expect(few.options).toMatchObject({ maxLeaves: 8, l2: 1, maxFeatures: 0.5 });
    const many = data(10_000);
    const large = await fitBoosting(many.x, many.y, { numTrees: 1 });
    expect(large.options).toMatchObject({ maxLeaves: 31, l2: 0, maxFeatures: null });
    const chosen = await fitBoosting(x, y, { numTrees: 300, earlyStopping: "cv" });
    expect(chosen.numTrees).toBeGreaterThan(1);
    expect(chosen.numTrees).toBeLessThan(300);
    // it is the fit of so many rounds on all rows
    const again = await fitBoosting(x, y, { numTrees: chosen.numTrees });
    expect(chosen.predict(x)).toEqual(again.predict(x));
    const three = y.map((label, i) => label + (i % 2));
    expect((await fitBoosting(x, three, { numTrees: 60, earlyStopping: "cv" })).numTrees % 3).toBe(0);
    const validation = Int32Array.of(1, 2);
    await expect(fitBoosting(x, y, { earlyStopping: "cv", validation })).rejects.toThrow(/"validation" has no meaning/);
  });
  it("gives the same bytes for the same seed, and the same predictions after a load", async () => {
    const { x, y } = data(500);
    const forest = await fitBoosting(x, y, { numTrees: 20, maxFeatures: 2 });
    expect((await fitBoosting(x, y, { numTrees: 20, maxFeatures: 2 })).toBytes()).toEqual(forest.toBytes());
    const loaded = Forest.fromBytes(forest.toBytes());
    expect(loaded.kind).toBe("boosting");
    expect(loaded.predict(x)).toEqual(forest.predict(x));
    const row = x.columns.map((column) => (column as Float64Array)[7]);
    expect(forest.predictRow(row)).toBeCloseTo(forest.predict(x)[7], 15);
    expect(forest.head(5).toBytes()).toEqual((await fitBoosting(x, y, { numTrees: 5, maxFeatures: 2 })).toBytes());
  });
  it("stops when held-out rows gain no more, and keeps the best trees", async () => {
    const { x, y } = data(2000);
    const validation = Int32Array.from({ length: 500 }, (_, i) => 4 * i);
    const stopped = await fitBoosting(x, y, { numTrees: 500, validation });
    expect(stopped.numTrees).toBeLessThan(100);
    const rows = Int32Array.from({ length: 2000 }, (_, i) => i).filter((i) => i % 4 !== 0);
    const binned = bin(x);
    const free = await fitBoosting({ binned, rows }, y, { numTrees: 500, earlyStopping: false });
    const loss = (forest: Forest) =>
      forest
        .predict({ binned, rows: validation })
        .reduce((sum, p, i) => sum - Math.log(y[validation[i]] === 1 ? p : 1 - p), 0);
    expect(loss(stopped)).toBeLessThan(loss(free));
    expect(free.head(stopped.numTrees).predict(x)).toEqual(stopped.predict(x));
  });
  it("never falls where a column may only raise the score", async () => {
    const { x, y } = data(1500);
    const grid = Float64Array.from({ length: 200 }, (_, i) => i / 200);
    const falls = (forest: Forest, b: number) => {
      const p = forest.predict({
        names: ["a", "b", "c"],
        columns: [grid, new Float64Array(200).fill(b), new Float64Array(200).fill(0.5)],
      });
      return p.some((value, i) => i > 0 && value < p[i - 1]);
    };
    const free = await fitBoosting(x, y, { minSamplesLeaf: 5 });
    const bound = await fitBoosting(x, y, { minSamplesLeaf: 5, monotone: { a: 1 } });
    expect([0.1, 0.4, 0.8].some((b) => falls(free, b))).toBe(true);
    expect([0.1, 0.2, 0.4, 0.6, 0.8].some((b) => falls(bound, b))).toBe(false);
    expect(rocAuc(y, bound.predict(x))!).toBeGreaterThan(0.8);
  });
  it("is explained on the logit: Shapley values and baseline sum to it", async () => {
    const { x, y } = data(800);
    const forest = await fitBoosting(x, y, { numTrees: 30 });
    const p = forest.predict(x);
    const { values, baseline } = shapValues(forest, x);
    for (let i = 0; i < 200; i++) {
      const sum = baseline + values[3 * i] + values[3 * i + 1] + values[3 * i + 2];
      expect(Math.abs(sum - Math.log(p[i] / (1 - p[i])))).toBeLessThan(1e-9);
    }
    const [a, b, c] = forest.importances() as unknown as [number, number, number];
    expect(a + b + c).toBeCloseTo(1, 12);
    expect(c).toBeLessThan(0.2);
    expect(() => outOfBag(forest, x)).toThrow(/boosted trees draw no rows/);
    expect(() => forest.truncated(2)).toThrow(/cannot be cut/);
  });
  it("predicts numbers, and separates categories", async () => {
    const levels = ["p", "q", "r", "s", "t"];
    const codes = Int32Array.from({ length: 600 }, (_, i) => (i % 6) - 1);
    const target = Float64Array.from(codes, (code) => [3, -1, 4, 1, -5, 9][code + 1]);
    const x: Matrix = { names: ["kind"], columns: [{ levels, codes }] };
    const forest = await fitBoosting(x, target, { task: "regression", numTrees: 200, earlyStopping: false });
    forest.predict(x).forEach((value, i) => {
      expect(Math.abs(value - target[i])).toBeLessThan(1e-3);
    });
  });
  it("weighs rows: a weight of 0 is a row that is not there", async () => {
    const { x, y } = data(600);
    const sampleWeight = Float64Array.from({ length: 600 }, (_, i) => (i % 3 === 0 ? 0 : 2));
    const rows = Int32Array.from({ length: 600 }, (_, i) => i).filter((i) => i % 3 !== 0);
    const binned = bin(x);
    const a = (await fitBoosting({ binned }, y, { sampleWeight, numTrees: 10 })).predict(x);
    const b = (await fitBoosting({ binned, rows }, y, { numTrees: 10 })).predict(x);
    a.forEach((value, i) => {
      expect(value).toBeCloseTo(b[i], 9);
    });
  });
  it("balances classes as weights of their rows do, and knows no other class weight", async () => {
    const { x, y } = data(600);
    const ones = y.reduce((sum, label) => sum + label, 0);
    const sampleWeight = Float64Array.from(y, (label) => 600 / (2 * (label ? ones : 600 - ones)));
    // weights of rows count in quantiles, those of classes don't
    const binned = { binned: bin(x) };
    const a = (await fitBoosting(binned, y, { classWeight: "balanced", numTrees: 10 })).predict(x);
    const b = (await fitBoosting(binned, y, { sampleWeight, numTrees: 10 })).predict(x);
    a.forEach((value, i) => {
      expect(value).toBeCloseTo(b[i], 7);
    });
    const drawn = fitBoosting(x, y, { classWeight: "balanced_subsample" });
    await expect(drawn).rejects.toThrow(/"classWeight" cannot be "balanced_subsample" with boosting/);
  });
  it("gives the base rate where nothing can be learnt, and names what is wrong", async () => {
    const x = { names: ["a"], columns: [new Float64Array(100).fill(1)] };
    const y: number[] = Array.from({ length: 100 }, (_, i) => (i < 25 ? 1 : 0));
    expect((await fitBoosting(x, y)).predict(x)[0]).toBeCloseTo(0.25, 12);
    expect((await fitBoosting(x, new Uint8Array(100).fill(1))).predict(x)[0]).toBeGreaterThan(0.999);
    await expect(fitBoosting(x, y, { learningRate: 2 })).rejects.toThrow(/"learningRate" cannot be 2/);
    await expect(fitBoosting(x, y, { monotone: { z: 1 } })).rejects.toThrow(/"z", which is not a column/);
    await expect(fitBoosting(x, y.fill(0), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "INTERRUPTED",
    });
  });
  it("learns three classes of iris as scikit-learn does, by probabilities that sum to 1", async () => {
    const set = truth.classes.iris;
    const binned = bin({ names: set.names, columns: set.columns.map((column) => Float64Array.from(column)) });
    const all = Int32Array.from(set.y, (_, i) => i);
    let right = 0;
    let loss = 0;
    // five folds under five seeds: which of equal columns is split is drawn
    for (let draw = 0; draw < 25; draw++) {
      const fold = draw % 5;
      const train = { binned, rows: all.filter((i) => i % 5 !== fold) };
      const forest = await fitBoosting(train, set.y, { ...SCIKIT, seed: Math.floor(draw / 5) });
      const held = all.filter((i) => i % 5 === fold);
      const p = forest.predictProbabilities({ binned, rows: held });
      held.forEach((row, i) => {
        const own = Array.from(p.subarray(3 * i, 3 * i + 3));
        expect(own.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
        if (own.indexOf(Math.max(...own)) === set.y[row]) right += 0.2;
        loss -= Math.log(own[set.y[row]]) / set.y.length / 5;
      });
    }
    expect(right / set.y.length).toBeGreaterThanOrEqual(set.boosting_accuracy - 0.02);
    expect(Math.abs(loss - set.boosting_log_loss)).toBeLessThan(0.05);
  });
  it("explains each of several classes, and comes back from bytes", async () => {
    const { x } = data(600);
    const y = Uint8Array.from(x.columns[0] as Float64Array, (a) => (a > 0.66 ? 2 : a > 0.33 ? 1 : 0));
    const forest = await fitBoosting(x, y, { numTrees: 10, classNames: ["low", "middle", "high"] });
    expect(forest.numTrees).toBe(30);
    const again = Forest.fromBytes(forest.toBytes());
    const p = forest.predictProbabilities(x);
    expect(again.predictProbabilities(x)).toEqual(p);
    expect(forest.importances()[0]).toBeGreaterThan(0.9);
    // baseline and effects of the classes go through the softmax to the probabilities
    const parts = [0, 1, 2].map((k) => shapValues(forest, x, k));
    for (let i = 0; i < 20; i++) {
      const z = parts.map(({ values, baseline }) => baseline + values[3 * i] + values[3 * i + 1] + values[3 * i + 2]);
      const sum = z.reduce((total, value) => total + Math.exp(value), 0);
      z.forEach((value, k) => {
        expect(Math.exp(value) / sum).toBeCloseTo(p[3 * i + k], 9);
      });
    }
  });
});
