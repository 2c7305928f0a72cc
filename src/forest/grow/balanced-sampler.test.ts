import { describe, expect, it } from "vitest";
import { random } from "../../core/random.js";
import { rocAuc } from "../../statistics/roc-auc.js";
import { balancedSampler } from "./balanced-sampler.js";
import { fitForest } from "./fit-forest.js";
import { outOfBag } from "./out-of-bag.js";

const auc = (y: Uint8Array, p: Float64Array) => rocAuc(y, p) as number;

/** A class in twenty, which two of four columns tell of. */
function rare(rows: number, seed: string) {
  const { next, normal } = random(seed);
  const columns = Array.from({ length: 4 }, () => Float64Array.from({ length: rows }, () => normal()));
  const y = Uint8Array.from({ length: rows }, (_, i) =>
    next() < 1 / (1 + Math.exp(4 - 1.5 * columns[0][i] - columns[1][i])) ? 1 : 0,
  );
  return { x: { names: ["a", "b", "c", "d"], columns }, y };
}

describe("a balanced bootstrap", () => {
  it("draws as many rows of each class as the rarest has, others for another key", () => {
    const classOf = Uint8Array.from({ length: 1000 }, (_, i) => (i % 50 === 0 ? 2 : i % 4 === 0 ? 1 : 0));
    const draw = balancedSampler(classOf);
    const counts = new Uint16Array(1000).fill(9);
    draw(7, counts);
    const sums = [0, 0, 0];
    counts.forEach((count, i) => {
      sums[classOf[i]] += count;
    });
    expect(sums).toEqual([20, 20, 20]);
    const first = counts.slice();
    draw(7, counts);
    expect(counts).toEqual(first);
    draw(8, counts);
    expect(counts).not.toEqual(first);
  });
  it("ranks a rare class as well as class weights do, and scores around one half", async () => {
    const [train, test] = [rare(6000, "train"), rare(4000, "test")];
    const options = { numTrees: 60, maxDepth: 8, seed: 3, classWeight: "balanced_bootstrap" } as const;
    const forest = await fitForest(train.x, train.y, options);
    const p = forest.predict(test.x);
    const weighed = await fitForest(train.x, train.y, { ...options, classWeight: "balanced" });
    expect(auc(test.y, p)).toBeGreaterThan(auc(test.y, weighed.predict(test.x)) - 0.01);
    const share = (values: ArrayLike<number>) =>
      Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
    expect(share(test.y)).toBeLessThan(0.09);
    expect(share(p)).toBeGreaterThan(3 * share(test.y));
    const threaded = await fitForest(train.x, train.y, { ...options, threads: 2 });
    expect(threaded.toBytes()).toEqual((await fitForest(train.x, train.y, { ...options, threads: 1 })).toBytes());
    // what was not drawn is most of the common class
    expect(() => outOfBag(forest, train.x)).toThrow(/need the classes/);
    const { probability, trees } = outOfBag(forest, train.x, train.y);
    expect(Math.min(...trees)).toBeGreaterThan(0);
    expect(auc(train.y, probability)).toBeCloseTo(auc(test.y, p), 1);
  });
  it("is refused with what it leaves no room for", async () => {
    const { x, y } = rare(200, "small");
    const classWeight = "balanced_bootstrap";
    await expect(fitForest(x, y, { classWeight, maxSamples: 0.5 })).rejects.toThrow(/"maxSamples" has no meaning/);
    await expect(fitForest(x, y, { classWeight, bootstrap: false })).rejects.toThrow(/"bootstrap" has no meaning/);
    await expect(fitForest(x, y, { classWeight, task: "regression" })).rejects.toThrow(/not for a regression/);
  });
});
