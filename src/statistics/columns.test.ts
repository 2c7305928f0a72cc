import { describe, expect, it } from "vitest";
import { expectClose, statisticsFixture as fixture } from "../../test/fixtures/statistics/read.js";
import { argsort } from "./argsort.js";
import { doaneEdges, equalWidthEdges, histogram } from "./histogram.js";
import { knownValues, withoutMissing } from "./known-values.js";
import { mean } from "./mean.js";
import { median, medianInPlace } from "./median.js";
import { moments, sampleDeviation } from "./moments.js";
import { quantile, quantiles } from "./quantile.js";
import { midRanks } from "./ranks.js";
import { standardDeviation } from "./standard-deviation.js";

describe.each(fixture.columns)(`statistics of "$name" agree with ${fixture.made_by}`, (column) => {
  const values = Float64Array.from(column.values);
  const sorted = values.slice().sort();
  it("quantiles by R-7, one by one and together, to 1e-12", () => {
    expectClose(
      fixture.shares.map((p) => quantile(sorted, p)),
      column.quantiles,
      1e-12,
    );
    expectClose(quantiles(sorted, fixture.shares)!, column.quantiles, 1e-12);
  });
  it("quantiles of numbers that stand for several rows are those of the rows", () => {
    expectClose(quantiles(sorted, fixture.shares, column.counts)!, column.repeated_quantiles, 1e-12);
  });
  it("median, mean, weighted mean, deviation, fourth moment, to 1e-12", () => {
    expectClose([median(values), mean(values)], [column.median, column.mean], 1e-12);
    expectClose([mean(values, column.counts)], [column.weighted_mean], 1e-12);
    if (column.name === "negative and huge") return;
    expectClose(
      [standardDeviation(values), sampleDeviation(moments(values)!)],
      [column.deviation, column.deviation],
      1e-12,
    );
    // 1e6 and more leave ten digits of the differences
    expectClose([moments(values)!.fourths], [column.fourth], 1e-9);
  });
  it("ranks and order, ties in their first order", () => {
    expect([...midRanks(values)]).toEqual(column.ranks);
    expect([...argsort(values)]).toEqual(column.argsort);
  });
  it("edges by Doane's rule", () => {
    if (column.doane) expectClose(doaneEdges(values)!, column.doane, 1e-12);
  });
});

describe("what is not defined is null", () => {
  it("of no number: quantile, median, mean, deviation, moments, edges", () => {
    const none = new Float64Array(0);
    expect([quantile(none, 0.5), quantiles(none, [0.5]), median(none), mean(none)]).toEqual([null, null, null, null]);
    expect([standardDeviation(none), moments(none), doaneEdges(none)]).toEqual([null, null, null]);
    expect(moments(Float64Array.of(Number.NaN))).toBeNull();
  });
  it("of one number a deviation, of no weight a mean and quantiles", () => {
    expect([standardDeviation([3]), sampleDeviation(moments(Float64Array.of(3))!)]).toEqual([null, null]);
    expect([mean([1, 2], [0, 0]), quantiles([1, 2], [0.5], [0, 0])]).toEqual([null, null]);
  });
});

describe("laws", () => {
  it("the median is that of a sort, for all sizes, and values in place are moved, none lost", () => {
    for (const n of [1, 2, 5, 600, 1001, 5000]) {
      const values = Float64Array.from({ length: n }, (_, i) => Math.sin(i * 7.7) * 100 + (i % 3));
      const sorted = values.slice().sort();
      const middle = n >> 1;
      const wanted = n % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
      const moved = values.slice();
      expect([median(values), medianInPlace(moved)]).toEqual([wanted, wanted]);
      expect(moved.sort()).toEqual(sorted);
    }
  });
  it("a weight of k is the number given k times", () => {
    expect(mean([1, 5, 2], [2, 1, 3])).toBe(mean([1, 1, 5, 2, 2, 2]));
  });
  it("moments leave out NaN, and count the rows asked for", () => {
    const some = moments(Float64Array.of(9, 2, 4, Number.NaN, 4, 4, 5, 5, 7, 9, 100), 1, 10)!;
    expect(some).toMatchObject({ n: 8, min: 2, max: 9, sum: 40, mean: 5, squares: 32 });
    expect(sampleDeviation(some)).toBeCloseTo(Math.sqrt(32 / 7), 14);
  });
  it("known values are a view where nothing is missing, and a copy else", () => {
    const whole = Float64Array.of(1, 2);
    expect(withoutMissing(whole)).toBe(whole);
    expect([...withoutMissing(Float64Array.of(1, Number.NaN, 2))]).toEqual([1, 2]);
    expect([...knownValues(Float64Array.of(1, Number.NaN, 2, 3), 1, 3)]).toEqual([2]);
  });
  it("a histogram puts a value on an edge into the bin above, the last one into the last, and counts what lies outside; edges are 3 · 0.1, not 0.3", () => {
    const edges = equalWidthEdges(0, 0.9, 9);
    const values = Float64Array.of(0, 0.1, 0.3, 0.9, -1, 1, Number.NaN);
    const found = histogram(values, edges);
    expect([...found.counts]).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 1]);
    expect(found).toMatchObject({ below: 1, above: 1, n: 6 });
  });
});
