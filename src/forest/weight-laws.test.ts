import { describe, expect, it } from "vitest";
import { random } from "../core/random.js";
import { type FitBoostingOptions, fitBoosting } from "./boosting/fit-boosting.js";
import { type FitOptions, fitForest } from "./grow/fit-forest.js";
import type { CategoricalColumn, Matrix } from "./matrix/matrix.js";

const ROWS = 700;

/** A number of many values with gaps, one of few, texts of 3, 12 and 40 levels with gaps; what follows from them; weights. */
function table() {
  const { next } = random("weights");
  const text = (levels: number): CategoricalColumn => ({
    levels: Array.from({ length: levels }, (_, k) => `t${k}`),
    codes: Int32Array.from({ length: ROWS }, () => (next() < 0.1 ? -1 : Math.floor(next() * levels))),
  });
  const many = Float64Array.from({ length: ROWS }, () => (next() < 0.1 ? Number.NaN : next()));
  const few = Float64Array.from({ length: ROWS }, () => Math.round(8 * next()));
  const texts = [3, 12, 40].map(text);
  const score = Array.from(
    { length: ROWS },
    (_, i) => (many[i] || 0.5) * 2 + few[i] / 8 + (texts[1].codes[i] % 3) / 2 + (texts[2].codes[i] % 5) / 4 + next(),
  );
  return {
    x: { names: ["many", "few", "a", "b", "c"], columns: [many, few, ...texts] } as Matrix,
    two: Uint8Array.from(score, (z) => (z > 2.9 ? 1 : 0)),
    three: Uint8Array.from(score, (z) => (z > 3.3 ? 2 : z > 2.5 ? 1 : 0)),
    numbers: Float64Array.from(score),
    weights: Float64Array.from({ length: ROWS }, () => 1 + Math.floor(3 * next())),
  };
}

function pick({ names, columns }: Matrix, rows: readonly number[]): Matrix {
  const part = (column: Float64Array | CategoricalColumn) =>
    column instanceof Float64Array
      ? Float64Array.from(rows, (i) => column[i])
      : { levels: column.levels, codes: Int32Array.from(rows, (i) => column.codes[i]) };
  return { names, columns: columns.map(part) };
}

type Options = FitOptions & FitBoostingOptions;
type Fit = (x: Matrix, y: ArrayLike<number>, options: Options) => Promise<{ probabilities: Predict }>;
type Predict = (x: Matrix) => Float64Array;

const { x, weights, ...labels } = table();
const TASKS: Record<string, [y: ArrayLike<number>, options: Options]> = {
  "two classes": [labels.two, {}],
  "two classes that weigh the same": [labels.two, { classWeight: "balanced" }],
  "three classes": [labels.three, {}],
  "three classes that weigh the same": [labels.three, { classWeight: "balanced" }],
  numbers: [labels.numbers, { task: "regression" }],
};
const from = (forest: Awaited<ReturnType<typeof fitForest>>) => ({
  probabilities: (rows: Matrix) =>
    forest.classes.length > 0 ? forest.predictProbabilities(rows) : forest.predict(rows),
});
/** Without draws of rows as far as may be, so that the result depends on the data alone. */
const MODELS: Record<string, Fit> = {
  "a forest": async (rows, y, options) =>
    from(
      await fitForest(rows, y, {
        numTrees: 5,
        bootstrap: false,
        maxDepth: 6,
        minSamplesLeaf: 3,
        threads: 1,
        ...options,
      }),
    ),
  "boosted trees": async (rows, y, options) => from(await fitBoosting(rows, y, { numTrees: 8, l2: 1, ...options })),
};

/** Largest difference of two predictions of the table. */
function difference(a: Float64Array, b: Float64Array): number {
  return Math.max(...a.map((value, i) => Math.abs(value - b[i])));
}

for (const [model, grow] of Object.entries(MODELS))
  for (const [task, [y, options]] of Object.entries(TASKS))
    describe(`weights of rows in ${model}, of ${task}`, () => {
      it("change nothing by a common factor", async () => {
        const p = (await grow(x, y, { ...options, sampleWeight: weights })).probabilities(x);
        const uneven = weights.map((weight, i) => weight + (i % 7) / 3);
        const q = (await grow(x, y, { ...options, sampleWeight: uneven })).probabilities(x);
        for (const factor of [1 / 1024, 0.3, 3, 1e6]) {
          const scaled = await grow(x, y, { ...options, sampleWeight: weights.map((weight) => weight * factor) });
          expect(difference(scaled.probabilities(x), p)).toBe(0);
          const other = await grow(x, y, { ...options, sampleWeight: uneven.map((weight) => weight * factor) });
          expect(difference(other.probabilities(x), q)).toBeLessThan(1e-6);
        }
      });
      it("are numbers of equal rows", async () => {
        const repeated = Array.from({ length: ROWS }, (_, i) => new Array<number>(weights[i]).fill(i)).flat();
        const p = (await grow(x, y, { ...options, sampleWeight: weights })).probabilities(x);
        const again = await grow(
          pick(x, repeated),
          Array.from(repeated, (i) => y[i]),
          options,
        );
        expect(difference(again.probabilities(x), p)).toBeLessThan(1e-6);
      });
      it("of 0 are rows that are not there", async () => {
        const there = Array.from({ length: ROWS }, (_, i) => i).filter((i) => i % 3 !== 0);
        const sampleWeight = weights.map((weight, i) => (i % 3 === 0 ? 0 : weight));
        const p = (await grow(x, y, { ...options, sampleWeight })).probabilities(x);
        const given = Float64Array.from(there, (i) => weights[i]);
        const own = Array.from(there, (i) => y[i]);
        const without = await grow(pick(x, there), own, { ...options, sampleWeight: given });
        expect(difference(without.probabilities(x), p)).toBeLessThan(1e-9);
      });
    });
