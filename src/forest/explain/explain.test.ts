import { describe, expect, it } from "vitest";
import { random } from "../../core/random.js";
import { rocAuc } from "../../statistics/roc-auc.js";
import { fitForest } from "../grow/fit-forest.js";
import { outOfBag } from "../grow/out-of-bag.js";
import { partialDependence } from "./partial-dependence.js";
import { permutationImportance } from "./permutation-importance.js";

/** The chance of class 1 is column a; b is noise. */
function data(rows: number, seed: string) {
  const { next } = random(seed);
  const a = Float64Array.from({ length: rows }, next);
  const b = Float64Array.from({ length: rows }, next);
  return { x: { names: ["a", "b"], columns: [a, b] }, y: Uint8Array.from(a, (p) => (next() < p ? 1 : 0)) };
}

const options = { numTrees: 60, minSamplesLeaf: 20 };

describe("outOfBag", () => {
  it("scores rows as if they were new: its ROC AUC is that of held-out rows, below that of the training rows", async () => {
    const { x, y } = data(3000, "train");
    const test = data(3000, "test");
    const forest = await fitForest(x, y, { numTrees: 60 });
    const own = rocAuc(y, forest.predictProbability(x))!;
    const held = rocAuc(test.y, forest.predictProbability(test.x))!;
    const { probability, trees } = outOfBag(forest, x);
    expect(Math.abs(rocAuc(y, probability)! - held)).toBeLessThan(0.03);
    expect(own).toBeGreaterThan(0.95);
    // a row is left out by 1/e of the trees
    expect(trees.reduce((sum, n) => sum + n, 0) / 3000 / 60).toBeCloseTo(Math.exp(-1), 2);
  });
  it("is refused where each tree saw all rows", async () => {
    const { x, y } = data(50, "train");
    const forest = await fitForest(x, y, { numTrees: 3, bootstrap: false });
    expect(() => outOfBag(forest, x)).toThrow(/no row is out of bag/);
  });
});

describe("permutationImportance", () => {
  it("is the loss of the informative column, and about 0 for noise", async () => {
    const { x, y } = data(3000, "train");
    const test = data(3000, "test");
    const forest = await fitForest(x, y, options);
    const { score, mean, sd } = permutationImportance(forest, test.x, test.y);
    // shuffled, the column says nothing: ROC AUC falls to one half
    expect(score - mean[0]).toBeCloseTo(0.5, 1);
    expect(Math.abs(mean[1])).toBeLessThan(0.02);
    expect(sd[0]).toBeGreaterThan(0);
    expect(sd[0]).toBeLessThan(0.03);
  });
});

describe("partialDependence", () => {
  it("follows the chance along the column", async () => {
    const { x, y } = data(5000, "train");
    const forest = await fitForest(x, y, { numTrees: 60, minSamplesLeaf: 200 });
    const { values, mean } = partialDependence(forest, x, "a", 9);
    for (let k = 1; k < 8; k++) expect(Math.abs(mean[k] - (values[k] as number))).toBeLessThan(0.12);
    expect(() => partialDependence(forest, x, "c")).toThrow(/column "c"/);
  });
});

describe("predictRow", () => {
  it("gives what predict gives", async () => {
    const { x, y } = data(500, "train");
    x.columns[0][3] = Number.NaN;
    const forest = await fitForest(x, y, options);
    const p = forest.predict(x);
    for (let i = 0; i < 500; i++) {
      expect(Math.abs(forest.predictRow(x.columns.map((column) => column[i])) - p[i])).toBeLessThan(1e-15);
    }
    expect(() => forest.predictRow([1])).toThrow(/row has 1 values/);
  });
});

describe("rocAuc", () => {
  it("counts ties half, reverses with the score, and has no value for one class", () => {
    expect(rocAuc([0, 0, 1, 1], Float64Array.of(0.1, 0.4, 0.35, 0.8))).toBe(0.75);
    expect(rocAuc([0, 0, 1, 1], Float64Array.of(-0.1, -0.4, -0.35, -0.8))).toBe(0.25);
    expect(rocAuc([0, 1], Float64Array.of(1, 1))).toBe(0.5);
    expect(rocAuc([1, 1], Float64Array.of(1, 2))).toBeNull();
  });
});
