import { describe, expect, it } from "vitest";
import { random } from "../../core/random.js";
import { bin } from "../matrix/bin.js";
import type { Matrix } from "../matrix/matrix.js";
import { Forest } from "../model/forest.js";
import { fitForest } from "./fit-forest.js";

/** Columns a and b decide together (an exclusive or), c is noise. */
function toy(rows: number, seed = "toy"): { x: Matrix; y: Uint8Array } {
  const { next } = random(seed);
  const columns = Array.from({ length: 3 }, () => Float64Array.from({ length: rows }, next));
  const y = Uint8Array.from({ length: rows }, (_, i) => (columns[0][i] > 0.5 !== columns[1][i] > 0.5 ? 1 : 0));
  return { x: { names: ["a", "b", "c"], columns }, y };
}

const one = { threads: 1 };

describe("fitForest", () => {
  it("learns an exclusive or, and tells the columns that decide it from noise", async () => {
    const { x, y } = toy(2000);
    const test = toy(1000, "test");
    const forest = await fitForest(x, y, { ...one, numTrees: 30, maxFeatures: null });
    const p = forest.predictProbability(test.x);
    const right = p.reduce((sum, value, i) => sum + (value > 0.5 === (test.y[i] === 1) ? 1 : 0), 0);
    expect(right).toBeGreaterThan(970);
    const [a, b, c] = forest.importances() as unknown as [number, number, number];
    expect(a + b + c).toBeCloseTo(1, 12);
    expect(a + b).toBeGreaterThan(0.85);
  });
  it("gives the same bytes for the same seed, and others for another", async () => {
    const { x, y } = toy(300);
    const bytes = async (seed: number) => (await fitForest(x, y, { ...one, numTrees: 5, seed })).toBytes();
    expect(await bytes(1)).toEqual(await bytes(1));
    expect(await bytes(1)).not.toEqual(await bytes(2));
  });
  it("nests: the first trees of a forest are the forest of fewer trees", async () => {
    const { x, y } = toy(300);
    const large = await fitForest(x, y, { ...one, numTrees: 20 });
    const small = await fitForest(x, y, { ...one, numTrees: 7 });
    expect(large.head(7).toBytes()).toEqual(small.toBytes());
  });
  it("nests: a forest cut at a depth is the forest grown to that depth", async () => {
    const { x, y } = toy(500);
    const deep = await fitForest(x, y, { ...one, numTrees: 10 });
    for (const maxDepth of [0, 1, 3, 6]) {
      const shallow = await fitForest(x, y, { ...one, numTrees: 10, maxDepth });
      expect(deep.truncated(maxDepth).toBytes()).toEqual(shallow.toBytes());
    }
  });
  it("takes rows of a binned matrix, and gives the same forest as the matrix of those rows when the bins are exact", async () => {
    const { x, y } = toy(200);
    const rows = Int32Array.from({ length: 100 }, (_, i) => 2 * i);
    const round = x.columns.map((column) => (column as Float64Array).map((value) => Math.round(value * 20)));
    const whole = { names: x.names, columns: round };
    const part = { names: x.names, columns: round.map((column) => Float64Array.from(rows, (i) => column[i])) };
    const a = await fitForest({ binned: bin(whole), rows }, y, { ...one, numTrees: 10 });
    const b = await fitForest(
      part,
      Uint8Array.from(rows, (i) => y[i]),
      { ...one, numTrees: 10 },
    );
    expect(a.predictProbability(whole)).toEqual(b.predictProbability(whole));
    expect(a.predictProbability({ binned: bin(whole), rows })).toEqual(b.predictProbability(part));
  });
  it("predicts the same after a save and a load", async () => {
    const { x, y } = toy(300);
    const forest = await fitForest(x, y, { ...one, numTrees: 5 });
    const p = forest.predictProbability(x);
    expect(Forest.fromBytes(forest.toBytes()).predictProbability(x)).toEqual(p);
    expect(Forest.fromJSON(JSON.parse(JSON.stringify(forest))).predictProbability(x)).toEqual(p);
  });
  it("refuses a damaged or foreign file", async () => {
    const { x, y } = toy(50);
    const bytes = (await fitForest(x, y, { ...one, numTrees: 2 })).toBytes();
    const flipped = Uint8Array.from(bytes);
    flipped[flipped.length - 9] ^= 1;
    expect(() => Forest.fromBytes(flipped)).toThrow(/checksum/);
    expect(() => Forest.fromBytes(bytes.subarray(0, 100))).toThrow(/checksum/);
    expect(() => Forest.fromBytes(new TextEncoder().encode("PK a zip file, and not a forest at all........"))).toThrow(
      /not a forest/,
    );
    expect(() => Forest.fromJSON({ format: "pmml" })).toThrow(/not a forest/);
  });
  it("stops at once when the signal is aborted", async () => {
    const { x, y } = toy(50);
    await expect(fitForest(x, y, { ...one, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "INTERRUPTED",
    });
  });
  it("names what is wrong with an option", async () => {
    const { x, y } = toy(10);
    await expect(fitForest(x, y, { maxDepth: -1 })).rejects.toThrow(/"maxDepth" cannot be -1[\s\S]*whole number ≥ 0/);
    await expect(fitForest(x, y, { numTree: 3 } as object)).rejects.toThrow(/did you mean "numTrees"/);
    await expect(fitForest(x, y.subarray(1))).rejects.toThrow(/9 labels for 10 rows/);
    await expect(fitForest(x, [0, 1, 0.5, 0, 0, 0, 0, 0, 0, 0])).rejects.toThrow(/label 0.5 of row 2/);
  });
});

describe("threads", () => {
  it("give the same bytes whatever their number", async () => {
    const { x, y } = toy(3000);
    const bytes = async (threads: number) => (await fitForest(x, y, { numTrees: 400, maxDepth: 6, threads })).toBytes();
    const alone = await bytes(1);
    expect(await bytes(2)).toEqual(alone);
    expect(await bytes(3)).toEqual(alone);
  });
  it("stop soon after an abort, report progress, and work again afterwards", async () => {
    const { x, y } = toy(3000);
    const stop = new AbortController();
    let seen = 0;
    const onProgress = ({ done, total }: { done: number; total?: number }) => {
      seen = done;
      expect(total).toBe(5000);
      stop.abort();
    };
    const fit = fitForest(x, y, { numTrees: 5000, threads: 2, onProgress, signal: stop.signal });
    await expect(fit).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(seen).toBeGreaterThan(0);
    expect(seen).toBeLessThan(5000);
    expect((await fitForest(x, y, { numTrees: 10, threads: 2 })).numTrees).toBe(10);
  });
});
