import { describe, expect, it } from "vitest";
import { random } from "../core/random.js";
import { rocAuc } from "../statistics/roc-auc.js";
import { fitBoosting } from "./boosting/fit-boosting.js";
import { type FitOptions, fitForest } from "./grow/fit-forest.js";
import type { Matrix } from "./matrix/matrix.js";

const LEVELS = 50;

/** Two columns that tell, two that don't, and a column of noise: as a text of 50 levels, as a number. */
function noisy(rows: number, seed: string) {
  const { next } = random(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const four = [0, 1, 2, 3].map(() => Float64Array.from({ length: rows }, normal));
  const score = Array.from({ length: rows }, (_, i) => -3 + four[0][i] + 0.6 * four[1][i]);
  const y = Uint8Array.from(score, (z) => (next() < 1 / (1 + Math.exp(-z)) ? 1 : 0));
  const three = Uint8Array.from(score, (z, i) => (y[i] ? 2 : next() < 1 / (1 + Math.exp(-z - 1)) ? 1 : 0));
  const quantity = Float64Array.from(score, (z) => z + 4 * normal());
  const number = Float64Array.from({ length: rows }, next);
  const levels = Array.from({ length: LEVELS }, (_, k) => `k${k}`);
  const text = { levels, codes: Int32Array.from({ length: rows }, () => Math.floor(next() * LEVELS)) };
  const names = ["a", "b", "c", "d", "noise"];
  return {
    withText: { names, columns: [...four, text] } as Matrix,
    withNumber: { names, columns: [...four, number] } as Matrix,
    ...{ y, three, quantity },
  };
}

const TASKS = {
  "two classes": (data: ReturnType<typeof noisy>) => data.y,
  "three classes": (data: ReturnType<typeof noisy>) => data.three,
  numbers: (data: ReturnType<typeof noisy>) => data.quantity,
};

const MODELS = {
  "a forest": (x: Matrix, y: ArrayLike<number>, options: FitOptions) =>
    fitForest(x, y, { numTrees: 60, maxDepth: 10, ...options }),
  "a forest without bootstrap": (x: Matrix, y: ArrayLike<number>, options: FitOptions) =>
    fitForest(x, y, { numTrees: 60, maxDepth: 10, bootstrap: false, ...options }),
  "boosted trees": (x: Matrix, y: ArrayLike<number>, options: FitOptions) =>
    fitBoosting(x, y, { numTrees: 60, ...(options.task ? { task: options.task } : {}) }),
};

/** ROC AUC of a score of new rows: of class 1, of the mean of the classes' numbers, of a quantity above 0. */
async function quality(
  grow: (typeof MODELS)[keyof typeof MODELS],
  task: keyof typeof TASKS,
  text: boolean,
  seed: number,
) {
  const [train, test] = [noisy(2500, `train ${seed}`), noisy(4000, `test ${seed}`)];
  const which = text ? "withText" : "withNumber";
  const isNumbers = task === "numbers";
  const forest = await grow(train[which], TASKS[task](train), isNumbers ? { task: "regression" } : {});
  const y = Uint8Array.from(TASKS[task](test), (value) => (value > (isNumbers ? -3 : 0) ? 1 : 0));
  if (task !== "three classes") return rocAuc(y, forest.predict(test[which])) ?? 0;
  const p = forest.predictProbabilities(test[which]);
  return (
    rocAuc(
      y,
      Float64Array.from(y, (_, i) => p[3 * i + 1] + p[3 * i + 2]),
    ) ?? 0
  );
}

describe("a text of 50 levels that says nothing costs no more ROC AUC than a number that says nothing", () => {
  for (const [model, grow] of Object.entries(MODELS))
    for (const task of Object.keys(TASKS) as (keyof typeof TASKS)[])
      it(`in ${model}, of ${task}`, async () => {
        const seeds = [1, 2, 3, 4];
        const lost = await Promise.all(
          seeds.map(async (seed) => (await quality(grow, task, false, seed)) - (await quality(grow, task, true, seed))),
        );
        const mean = lost.reduce((sum, value) => sum + value, 0) / seeds.length;
        expect(mean).toBeLessThan(0.01);
      });
});

it("a text of many levels makes the same forest on 1, 2 and 4 threads, with and without bootstrap", async () => {
  const { withText, y } = noisy(4000, "threads");
  for (const bootstrap of [true, false]) {
    const options = { numTrees: 300, maxDepth: 4, bootstrap };
    const [one, ...more] = await Promise.all(
      [1, 2, 4].map(async (threads) => (await fitForest(withText, y, { ...options, threads })).toBytes()),
    );
    for (const bytes of more) expect(bytes).toEqual(one);
  }
});
