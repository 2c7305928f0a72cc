import { describe, expect, it } from "vitest";
import { random } from "../core/random.js";
import { fitBoosting } from "./boosting/fit-boosting.js";
import { type FitOptions, fitForest } from "./grow/fit-forest.js";
import { heapOf } from "./loops/binned-heap.js";
import { bin } from "./matrix/bin.js";
import type { Matrix } from "./matrix/matrix.js";
import { Forest } from "./model/forest.js";

const NAMES = ["a", "b", "c", "d"];

/** Four columns with gaps, ties and far values; three classes that follow from two of them. */
function data(rows: number, seed = "laws"): { x: Matrix; y: Uint8Array; three: Uint8Array } {
  const { next } = random(seed);
  const columns = NAMES.map((_, j) =>
    Float64Array.from({ length: rows }, () => {
      const value = next();
      if (j === 3) return value < 0.3 ? 0 : Math.exp(8 * next());
      return j === 1 && value < 0.2 ? Number.NaN : value;
    }),
  );
  const score = Array.from({ length: rows }, (_, i) => columns[0][i] + (columns[1][i] || 0.9) * 0.7 + 0.2 * next());
  return {
    x: { names: NAMES, columns },
    y: Uint8Array.from(score, (s) => (s > 0.9 ? 1 : 0)),
    three: Uint8Array.from(score, (s) => (s > 1.1 ? 2 : s > 0.7 ? 1 : 0)),
  };
}

const pick = ({ names, columns }: Matrix, rows: ArrayLike<number>): Matrix => ({
  names,
  columns: columns.map((column) => Float64Array.from(rows, (i) => (column as Float64Array)[i])),
});

/** What the trees of a forest say by themselves: its scores without the share of class 1 that counts as one more tree. */
const votesOf = (forest: Forest, p: ArrayLike<number>) =>
  Float64Array.from(p, (value) => {
    const mean = (value - forest.offsets[0]) / forest.treeWeight / forest.numTrees;
    return Math.abs(mean - Math.round(mean)) < 1e-12 ? Math.abs(Math.round(mean)) : mean;
  });

/** Without draws, so that the result depends on the data alone. */
const plain: FitOptions = { numTrees: 3, bootstrap: false, maxFeatures: null, threads: 1 };

describe("order", () => {
  it("of rows changes nothing when none are drawn", async () => {
    const { x, y } = data(500);
    const order = Int32Array.from({ length: 500 }, (_, i) => (i * 177) % 500);
    const a = await fitForest(x, y, plain);
    const b = await fitForest(
      pick(x, order),
      Uint8Array.from(order, (i) => y[i]),
      plain,
    );
    expect(b.predict(x)).toEqual(a.predict(x));
  });
  it("of columns changes nothing in a tree that sees all of them and has one best split", async () => {
    const { x, y } = data(500);
    const a = await fitForest(x, y, { ...plain, maxDepth: 3 });
    const back = { names: [...x.names].reverse(), columns: [...x.columns].reverse() };
    const b = await fitForest(back, y, { ...plain, maxDepth: 3 });
    expect(b.predict(x)).toEqual(a.predict(back));
  });
  it("of columns in a matrix to predict changes nothing, and more columns are allowed", async () => {
    const { x, y } = data(300);
    const forest = await fitForest(x, y, { numTrees: 5 });
    const other = { names: ["z", ...NAMES.toReversed()], columns: [x.columns[0], ...x.columns.toReversed()] };
    expect(forest.predict(other)).toEqual(forest.predict(x));
    expect(() => forest.predict(pick({ names: ["a"], columns: [x.columns[0]] }, [0]))).toThrow(/column "b"/);
  });
});

describe("weights", () => {
  it("of 2 are the same as rows that occur twice: two classes, three classes and numbers", async () => {
    // fewer rows than bins, so that both have the same bins
    const { x, y, three } = data(200);
    const twice = Int32Array.from({ length: 300 }, (_, i) => i % 200);
    const weights = (by: number) => Float64Array.from({ length: 200 }, (_, i) => (i < 100 ? 2 * by : by));
    const doubled = pick(x, twice);
    const again = (values: ArrayLike<number>) => Array.from(twice, (i) => values[i]);
    for (const by of [1, 0.25]) {
      const sampleWeight = weights(by);
      for (const labels of [y, three]) {
        const a = await fitForest(x, labels, { ...plain, sampleWeight });
        const b = await fitForest(doubled, again(labels), plain);
        const [p, q] = [a.predictProbabilities(x), b.predictProbabilities(x)];
        p.forEach((value, i) => {
          expect(value).toBeCloseTo(q[i], 9);
        });
      }
      const target = Float64Array.from(x.columns[0] as Float64Array, (value, i) => value * 3 + y[i]);
      const options = { ...plain, task: "regression", maxDepth: 5 } as const;
      const a = (await fitForest(x, target, { ...options, sampleWeight })).predict(x);
      const b = (await fitForest(doubled, again(target), options)).predict(x);
      a.forEach((value, i) => {
        expect(value).toBeCloseTo(b[i], 9);
      });
    }
  });
  it("of 0 are the same as rows that are not there", async () => {
    const { x, y, three } = data(300);
    const sampleWeight = Float64Array.from({ length: 300 }, (_, i) => (i < 200 ? 1 : 0));
    const first = Int32Array.from({ length: 200 }, (_, i) => i);
    for (const labels of [y, three]) {
      const a = await fitForest(x, labels, { ...plain, sampleWeight });
      const b = await fitForest(pick(x, first), labels.subarray(0, 200), plain);
      const [p, q] = [a.predictProbabilities(pick(x, first)), b.predictProbabilities(pick(x, first))];
      p.forEach((value, i) => {
        expect(value).toBeCloseTo(q[i], 9);
      });
    }
  });
  it("give two classes the same forest by whole numbers as by fractions", async () => {
    const { x, y } = data(300);
    const whole = Float64Array.from({ length: 300 }, (_, i) => 1 + (i % 3));
    const a = await fitForest(x, y, { ...plain, sampleWeight: whole });
    const b = await fitForest(x, y, { ...plain, sampleWeight: whole.map((weight) => weight / 8) });
    const [p, q] = [a.predict(x), b.predict(x)];
    p.forEach((value, i) => {
      expect(value).toBeCloseTo(q[i], 12);
    });
  });
  it("of classes shift the probability at the root to one half when balanced", async () => {
    const { x, y } = data(300);
    const forest = await fitForest(x, y, { ...plain, maxDepth: 0, classWeight: "balanced" });
    expect(forest.predict(x)[0]).toBeCloseTo(0.5, 12);
    const own = await fitForest(x, y, { ...plain, maxDepth: 0, classWeight: [1, 3] });
    const ones = y.reduce((sum, label) => sum + label, 0);
    expect(own.predict(x)[0]).toBeCloseTo((3 * ones) / (3 * ones + 300 - ones), 12);
  });
});

describe("memory", () => {
  it("that others have used before changes nothing", async () => {
    const { x, y, three } = data(400);
    const used = bin(x);
    const { heap } = heapOf(used);
    const at = heap.allocate(1 << 24);
    heap.free(at, 1 << 24);
    const binned = { binned: used };
    const soil = () => new Uint8Array(heap.memory.buffer, at, 1 << 24).fill(0x41);
    const names = ["0", "1", "2"];
    const more = { ...plain, bootstrap: true, maxFeatures: "sqrt", seed: 5 } as const;
    for (const criterion of ["entropy", "gini"] as const) {
      for (const classWeight of [null, "balanced"] as const) {
        soil();
        const options = { ...more, criterion, classWeight };
        expect((await fitForest(binned, y, options)).toBytes()).toEqual((await fitForest(x, y, options)).toBytes());
      }
      soil();
      const options = { ...more, criterion, classNames: names };
      expect((await fitForest(binned, three, options)).toBytes()).toEqual(
        (await fitForest(x, three, options)).toBytes(),
      );
    }
    soil();
    const numbers = { ...more, task: "regression" } as const;
    expect((await fitForest(binned, three, numbers)).toBytes()).toEqual((await fitForest(x, three, numbers)).toBytes());
    soil();
    const boosted = { numTrees: 5, classNames: names };
    expect((await fitBoosting(binned, three, boosted)).toBytes()).toEqual(
      (await fitBoosting(x, three, boosted)).toBytes(),
    );
  });
});

describe("limits", () => {
  it("of depth, leaves and rows in a leaf are kept", async () => {
    const { x, y } = data(800);
    const leaves = (t: { column: Int32Array; offsets: Int32Array }, tree: number) =>
      t.column.subarray(t.offsets[tree], t.offsets[tree + 1]).filter((column) => column < 0).length;
    const few = await fitForest(x, y, { numTrees: 5, maxLeaves: 7 });
    for (let t = 0; t < 5; t++) expect(leaves(few.trees, t)).toBe(7);
    const wide = await fitForest(x, y, { numTrees: 5, minSamplesLeaf: 30 });
    wide.trees.column.forEach((column, i) => {
      if (column < 0) expect(wide.trees.cover[i]).toBeGreaterThanOrEqual(30);
    });
  });
  it("the best split comes first when leaves are limited: a tree of all leaves is the tree without a limit", async () => {
    const { x, y } = data(400);
    const all = await fitForest(x, y, { ...plain, maxLeaves: 1000 });
    const free = await fitForest(x, y, plain);
    expect(all.predict(x)).toEqual(free.predict(x));
  });
  it("entropy and Gini both separate what can be separated", async () => {
    const { x, y } = data(400);
    for (const criterion of ["gini", "entropy"] as const) {
      const forest = await fitForest(x, y, { ...plain, criterion });
      expect(votesOf(forest, forest.predict(x))).toEqual(Float64Array.from(y));
    }
  });
});

describe("missing values", () => {
  it("learn a side: a column whose gaps alone tell the class separates it", async () => {
    const gaps = Float64Array.from({ length: 200 }, (_, i) => (i % 4 === 0 ? Number.NaN : i));
    const y = Uint8Array.from(gaps, (value) => (Number.isNaN(value) ? 1 : 0));
    for (const labels of [y, y.map((label) => 1 - label)]) {
      const forest = await fitForest({ names: ["gaps"], columns: [gaps] }, labels, plain);
      expect(votesOf(forest, forest.predict({ names: ["gaps"], columns: [gaps] }))).toEqual(Float64Array.from(labels));
      expect(forest.numTrees * 3).toBe(forest.trees.column.length);
    }
  });
  it("that were not there at the fit go the way of most rows", async () => {
    const a = Float64Array.from({ length: 100 }, (_, i) => i);
    const y = Uint8Array.from(a, (value) => (value < 30 ? 1 : 0));
    const forest = await fitForest({ names: ["a"], columns: [a] }, y, plain);
    expect(votesOf(forest, forest.predict({ names: ["a"], columns: [Float64Array.of(Number.NaN)] }))[0]).toBe(0);
  });
});

describe("categories", () => {
  const levels = Array.from({ length: 12 }, (_, k) => `level ${k}`);
  const codes = Int32Array.from({ length: 600 }, (_, i) => (i % 13) - 1);
  const x: Matrix = { names: ["kind"], columns: [{ levels, codes }] };
  const odd = Uint8Array.from(codes, (code) => (code < 0 || code % 2 === 1 ? 1 : 0));

  it("are separated by one split in the order of their rate, a missing one being a category of its own", async () => {
    for (const criterion of ["gini", "entropy"] as const) {
      const forest = await fitForest(x, odd, { ...plain, criterion });
      expect(votesOf(forest, forest.predict(x))).toEqual(Float64Array.from(odd));
      expect(forest.trees.column.length).toBe(9);
    }
    const three = Uint8Array.from(codes, (code) => (code < 0 ? 2 : code % 2));
    const forest = await fitForest(x, three, plain);
    const p = forest.predictProbabilities(x);
    three.forEach((label, i) => {
      expect((p[3 * i + label] - forest.offsets[label]) / forest.treeWeight / forest.numTrees).toBeCloseTo(1, 12);
    });
    const target = Float64Array.from(codes, (code) => (code === 5 ? 10 : code));
    const mean = (await fitForest(x, target, { ...plain, task: "regression" })).predict(x);
    mean.forEach((value, i) => {
      expect(value).toBeCloseTo(target[i], 9);
    });
  });
  it("are found by their text, whatever the codes of another matrix; unknown ones count as missing", async () => {
    const forest = await fitForest(x, odd, plain);
    const other: Matrix = {
      names: ["kind"],
      columns: [{ levels: ["new", "level 3", "level 4"], codes: Int32Array.of(1, 2, 0, -1) }],
    };
    expect(Array.from(votesOf(forest, forest.predict(other)))).toEqual([1, 0, 1, 1]);
    expect(forest.predictRow(["level 4"])).toBe(forest.offsets[0]);
    expect(() => forest.predict({ names: ["kind"], columns: [Float64Array.of(1)] })).toThrow(/holds numbers/);
  });
  it("more than bins: the most frequent ones stay, the others count as missing", async () => {
    const many: Matrix = {
      names: ["kind"],
      columns: [
        {
          levels: Array.from({ length: 400 }, (_, k) => `k${k}`),
          codes: Int32Array.from({ length: 2000 }, (_, i) => (i < 1000 ? i % 10 : 10 + (i % 390))),
        },
      ],
    };
    const y = Uint8Array.from({ length: 2000 }, (_, i) => (i < 1000 ? i % 2 : 0));
    const forest = await fitForest(many, y, plain);
    expect(forest.columns[0].count).toBe(255);
    expect(votesOf(forest, forest.predict(many)).slice(0, 1000)).toEqual(Float64Array.from(y.subarray(0, 1000)));
  });
});

describe("data at the edge", () => {
  const fitTo = (columns: Float64Array[], y: number[], options: FitOptions = {}) =>
    fitForest({ names: columns.map((_, j) => `c${j}`), columns }, y, { numTrees: 4, ...options });

  it("one row, one class, constant columns, all missing: the base rate", async () => {
    const constant = new Float64Array(40).fill(3);
    const missing = new Float64Array(40).fill(Number.NaN);
    const y = Array.from({ length: 40 }, (_, i) => i % 2);
    const forest = await fitTo([constant, missing], y, { bootstrap: false });
    expect(forest.predict({ names: ["c0", "c1"], columns: [constant, missing] })[0]).toBe(0.5);
    expect(Array.from(forest.importances())).toEqual([0, 0]);
    // of a class that is not there one row counts, in the share that is one more tree
    const ones = await fitTo([Float64Array.of(1)], [1]);
    expect(ones.predict({ names: ["c0"], columns: [Float64Array.of(5)] })[0]).toBeCloseTo((4 + 2 / 3) / 5, 12);
    const zeros = await fitTo([Float64Array.of(1, 2, 3)], [0, 0, 0]);
    const [no, yes] = zeros.predictProbabilities({ names: ["c0"], columns: [Float64Array.of(2)] });
    expect(no).toBeCloseTo((4 + 4 / 5) / 5, 12);
    expect(yes).toBeCloseTo(1 / 5 / 5, 12);
  });
  it("infinite and huge values are ordinary values at the ends", async () => {
    const a = Float64Array.of(-Infinity, -1e308, -1, 0, 5e-324, 1, 1e308, Infinity);
    for (let cut = 1; cut < 8; cut++) {
      const y = Array.from(a, (_, i) => (i < cut ? 0 : 1));
      const forest = await fitTo([a], y, { bootstrap: false });
      expect(Array.from(votesOf(forest, forest.predict({ names: ["c0"], columns: [a] })))).toEqual(y);
      expect(Array.from(a, (value) => votesOf(forest, [forest.predictRow([value])])[0])).toEqual(y);
    }
  });
  it("a fraction of rows, of columns, more draws than rows, one tree", async () => {
    const { x, y } = data(300);
    for (const options of [
      { maxSamples: 0.1 },
      { maxSamples: 1 },
      { maxSamples: 100_000 },
      { maxSamples: 50, bootstrap: false },
      { maxFeatures: 0.5 },
      { maxFeatures: 100 },
      { maxFeatures: "log2" },
    ] as const) {
      const p = (await fitForest(x, y, { numTrees: 3, ...options })).predict(x);
      for (const value of p) expect(value >= 0 && value <= 1).toBe(true);
    }
  });
  it("is refused with the fault named where there is no answer", async () => {
    const a = Float64Array.of(1, 2, 3);
    await expect(fitTo([], [])).rejects.toThrow(/without columns/);
    await expect(fitTo([new Float64Array(0)], [])).rejects.toMatchObject({ code: "NO_DATA" });
    await expect(fitTo([a, Float64Array.of(1)], [0, 1, 0])).rejects.toThrow(/"c1" has 1 rows, "c0" has 3/);
    await expect(fitTo([a], [0, -1, 0])).rejects.toThrow(/label -1 of row 1/);
    await expect(fitTo([a], [0, Number.NaN, 0], { task: "regression" })).rejects.toThrow(/target NaN of row 1/);
    await expect(fitTo([a], [0, 1, 0], { sampleWeight: Float64Array.of(1, -1, 1) })).rejects.toThrow(
      /weight -1 of row 1/,
    );
    await expect(fitTo([a], [0, 1, 0], { sampleWeight: new Float64Array(3) })).rejects.toMatchObject({
      code: "NO_DATA",
    });
    await expect(fitTo([a], [0, 1, 0], { classWeight: [1, 2, 3] })).rejects.toThrow(/3 weights for 2 classes/);
    const twice = { names: ["a", "a"], columns: [a, a] };
    await expect(fitForest(twice, [0, 1, 0])).rejects.toThrow(/"a" occurs twice/);
  });
});

describe("probabilities", () => {
  it("are never 0 or 1: the share of a class counts as one more tree", async () => {
    const { x, y, three } = data(400);
    const forest = await fitForest(x, y, { numTrees: 50 });
    const base = y.reduce((sum, label) => sum + label, 0) / 400;
    const votes = votesOf(forest, forest.predict(x));
    forest.predict(x).forEach((value, i) => {
      expect(value > 0 && value < 1).toBe(true);
      expect(value).toBeCloseTo((50 * votes[i] + base) / 51, 12);
      expect(forest.predictRow(x.columns.map((column) => (column as Float64Array)[i]))).toBe(value);
    });
    expect(votes.some((value) => value === 0 || value === 1)).toBe(true);
    expect(forest.offsets[0]).toBeCloseTo(base / 51, 12);
    const ofThree = (await fitForest(x, three, { numTrees: 20 })).predictProbabilities(x);
    for (let i = 0; i < 400; i++) {
      const own = ofThree.subarray(3 * i, 3 * i + 3);
      for (const value of own) expect(value > 0 && value < 1).toBe(true);
      expect(own[0] + own[1] + own[2]).toBeCloseTo(1, 12);
    }
  });
  it("of boosted trees that are sure of their rows are not 0 or 1 either", async () => {
    const a = Float64Array.from({ length: 400 }, (_, i) => i);
    for (const classes of [2, 3]) {
      const labels = Uint8Array.from(a, (value) => (value < 200 ? 0 : value < 300 ? 1 : classes - 1));
      const options = { numTrees: 600, learningRate: 1, minSamplesLeaf: 1 };
      const p = (await fitBoosting({ names: ["a"], columns: [a] }, labels, options)).predictProbabilities({
        names: ["a"],
        columns: [a],
      });
      for (const value of p) expect(value > 0 && value < 1).toBe(true);
    }
  });
  it("of a forest of an older file are those of its trees alone", async () => {
    const { x, y } = data(300);
    const forest = await fitForest(x, y, { numTrees: 7 });
    const { names, classes, options, columns, trees } = forest;
    const without = Forest.fromBytes(new Forest({ names, classes, options, columns, trees }).toBytes());
    expect(without.treeWeight).toBe(1 / 7);
    const votes = votesOf(forest, forest.predict(x));
    without.predict(x).forEach((value, i) => {
      expect(value).toBeCloseTo(votes[i], 12);
    });
  });
});
