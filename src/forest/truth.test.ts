import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { rocAuc } from "../statistics/roc-auc.js";
import { type FitOptions, fitForest } from "./grow/fit-forest.js";
import type { BinnedMatrix } from "./loops/binned-matrix.js";
import { bin } from "./matrix/bin.js";
import type { Forest } from "./model/forest.js";

interface Case {
  names: string[];
  columns: number[][];
  y: number[];
}
interface Truth {
  binary: Record<string, Case & { forest_auc: number[] }>;
  classes: { iris: Case & { forest_accuracy: number[] } };
  regression: { diabetes: Case & { forest_r2: number[] } };
}

const truth = JSON.parse(
  readFileSync(new URL("../../test/fixtures/forest/truth.json", import.meta.url), "utf8"),
) as Truth;

const mean = (x: readonly number[]) => x.reduce((sum, value) => sum + value, 0) / x.length;
/** Standard error of a mean over seeds. */
const error = (x: readonly number[]) =>
  Math.sqrt(x.reduce((sum, value) => sum + (value - mean(x)) ** 2, 0) / (x.length - 1) / x.length);

const seeds = Array.from({ length: 10 }, (_, seed) => seed);

/** Calls `score` with a forest and the rows that it was not fitted on, fold after fold (row i is in fold i mod 5). */
async function folds(
  data: Case,
  options: FitOptions,
  score: (forest: Forest, held: { binned: BinnedMatrix; rows: Int32Array }) => void,
) {
  const binned = bin({ names: data.names, columns: data.columns.map((column) => Float64Array.from(column)) });
  const all = Int32Array.from(data.y, (_, i) => i);
  for (let k = 0; k < 5; k++) {
    const forest = await fitForest({ binned, rows: all.filter((i) => i % 5 !== k) }, data.y, options);
    score(forest, { binned, rows: all.filter((i) => i % 5 === k) });
  }
}

describe("held against scikit-learn on what it ships, five folds, ten seeds", { timeout: 180_000 }, () => {
  it.each(Object.entries(truth.binary))("has the same ROC AUC on %s to 0.005", async (_, data) => {
    const auc: number[] = [];
    for (const seed of seeds) {
      const p = new Float64Array(data.y.length);
      await folds(data, { seed, maxFeatures: 4, threads: 1 }, (forest, held) => {
        forest.predictProbability(held).forEach((value, i) => {
          p[held.rows[i]] = value;
        });
      });
      auc.push(rocAuc(data.y, p)!);
    }
    // both ways, and no more than the seeds explain
    const difference = mean(auc) - mean(data.forest_auc);
    const noise = 3 * Math.hypot(error(auc), error(data.forest_auc));
    expect(Math.abs(difference)).toBeLessThan(0.005 + noise);
    expect(Math.abs(difference)).toBeLessThan(0.008);
  });
  it("has the same accuracy on the three classes of iris to 0.015, and probabilities that sum to 1", async () => {
    const data = truth.classes.iris;
    const accuracy: number[] = [];
    for (const seed of seeds) {
      let right = 0;
      await folds(data, { seed, threads: 1 }, (forest, held) => {
        const p = forest.predictProbabilities(held);
        held.rows.forEach((row, i) => {
          const own = Array.from(p.subarray(3 * i, 3 * i + 3));
          expect(own.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
          if (own.indexOf(Math.max(...own)) === data.y[row]) right++;
        });
      });
      accuracy.push(right / data.y.length);
    }
    expect(Math.abs(mean(accuracy) - mean(data.forest_accuracy))).toBeLessThan(0.015);
  });
  it("has the same R² on diabetes to 0.02", async () => {
    const data = truth.regression.diabetes;
    const r2: number[] = [];
    const center = mean(data.y);
    for (const seed of seeds) {
      let rest = 0;
      await folds(data, { seed, task: "regression", maxFeatures: 4, threads: 1 }, (forest, held) => {
        forest.predict(held).forEach((value, i) => {
          rest += (value - data.y[held.rows[i]]) ** 2;
        });
      });
      r2.push(1 - rest / data.y.reduce((sum, value) => sum + (value - center) ** 2, 0));
    }
    expect(Math.abs(mean(r2) - mean(data.forest_r2))).toBeLessThan(0.02);
  });
});
