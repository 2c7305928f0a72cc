import { describe, expect, it } from "vitest";
import { random } from "../../core/random.js";
import { fitForest } from "../grow/fit-forest.js";
import type { Matrix } from "../matrix/matrix.js";
import type { Forest } from "../model/forest.js";
import { goesLeft } from "../trees/tree.js";
import { gaussLegendre } from "./gauss-legendre.js";
import { shapValues } from "./tree-shap.js";

function data(rows: number, columns: number): { x: Matrix; y: Uint8Array } {
  const { next } = random("shap");
  const x = {
    names: Array.from({ length: columns }, (_, j) => `c${j}`),
    columns: Array.from({ length: columns }, () =>
      Float64Array.from({ length: rows }, () => (next() < 0.1 ? Number.NaN : next())),
    ),
  };
  const value = (j: number, i: number) => x.columns[j][i] || 0.3;
  const y = Uint8Array.from({ length: rows }, (_, i) =>
    value(0, i) + value(1, i) * value(2, i) + next() > 1.3 ? 1 : 0,
  );
  return { x, y };
}

/** Mean score of a row when only the columns of a set are known, by the definition of Lundberg (2018), Algorithm 1. */
function known(forest: Forest, codes: Uint8Array, row: number, set: number): number {
  const { trees } = forest;
  const visit = (node: number): number => {
    const j = trees.column[node];
    if (j < 0) return trees.value[node];
    const left = trees.left[node];
    if ((set >> j) & 1) return visit(goesLeft(trees, node, codes[row + j]) ? left : left + 1);
    return (visit(left) * trees.cover[left] + visit(left + 1) * trees.cover[left + 1]) / trees.cover[node];
  };
  let sum = 0;
  for (let t = 0; t < forest.numTrees; t++) sum += visit(trees.offsets[t]);
  return sum * forest.treeWeight;
}

/** Shapley values by going through all sets of columns. */
function bruteForce(forest: Forest, codes: Uint8Array, row: number): number[] {
  const p = forest.names.length;
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  return forest.names.map((_, j) => {
    let sum = 0;
    for (let set = 0; set < 1 << p; set++) {
      if ((set >> j) & 1) continue;
      const size = set.toString(2).replaceAll("0", "").length;
      const weight = (factorial(size) * factorial(p - size - 1)) / factorial(p);
      sum += weight * (known(forest, codes, row, set | (1 << j)) - known(forest, codes, row, set));
    }
    return sum;
  });
}

describe("shapValues", () => {
  it("equals the sum over all sets of columns", async () => {
    const { x, y } = data(400, 5);
    const forest = await fitForest(x, y, { numTrees: 4, maxFeatures: 2 });
    const { codes, stride } = forest.binned(x).binned;
    const { values } = shapValues(forest, x);
    for (let i = 0; i < 20; i++) {
      const expected = bruteForce(forest, codes, i * stride);
      for (let j = 0; j < 5; j++) expect(values[i * 5 + j]).toBeCloseTo(expected[j], 12);
    }
  });
  it("sums with the baseline to the prediction to 1e-9, also in deep trees on many columns", async () => {
    const { x, y } = data(1500, 40);
    const forest = await fitForest(x, y, { numTrees: 5, classWeight: "balanced" });
    const p = forest.predictProbability(x);
    const { values, baseline } = shapValues(forest, x);
    for (let i = 0; i < 300; i++) {
      let sum = baseline;
      for (let j = 0; j < 40; j++) sum += values[i * 40 + j];
      expect(Math.abs(sum - p[i])).toBeLessThan(1e-9);
    }
  });
  it("gives a column that no tree uses exactly 0, and the two classes opposite values", async () => {
    const { x, y } = data(200, 4);
    (x.columns[3] as Float64Array).fill(7);
    const forest = await fitForest(x, y, { numTrees: 3 });
    const one = shapValues(forest, x, 1);
    const zero = shapValues(forest, x, 0);
    for (let i = 0; i < 200; i++) expect(one.values[i * 4 + 3]).toBe(0);
    for (let i = 0; i < 800; i++) expect(zero.values[i]).toBeCloseTo(-one.values[i], 15);
    expect(zero.baseline).toBeCloseTo(1 - one.baseline, 15);
  });
});

it("gaussLegendre integrates polynomials up to degree 2n − 1 exactly", () => {
  for (const n of [1, 2, 5, 16, 32]) {
    const { nodes, weights } = gaussLegendre(n);
    for (let degree = 0; degree < 2 * n; degree++) {
      const integral = nodes.reduce((sum, x, i) => sum + weights[i] * x ** degree, 0);
      expect(integral).toBeCloseTo(1 / (degree + 1), 13);
    }
  }
});
