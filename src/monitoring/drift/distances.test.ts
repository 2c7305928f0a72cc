// biome-ignore-all lint/suspicious/noExplicitAny: golden cases have many shapes
import { describe, expect, it } from "vitest";
import { golden, goldenJson } from "../../../test/monitoring/golden.js";
import { random } from "../../core/random.js";
import { chiSquareTest } from "../../statistics/chi-square.js";
import { coMoments, correlationCoefficient, correlationP } from "../../statistics/correlation.js";
import { doaneEdges, equalWidthEdges, histogram } from "../../statistics/histogram.js";
import { toCategory, toColumn } from "../chunks/column.js";
import { fitCategorical, measureCategorical, placesOf } from "./categorical-drift.js";
import { fitContinuous, measureContinuous } from "./continuous-drift.js";
import { binnedDistances, cumulativeBins } from "./cumulative-distances.js";
import type { CategoricalMethod, ContinuousMethod } from "./drift-methods.js";
import { hellinger } from "./methods/hellinger.js";
import { jensenShannon } from "./methods/jensen-shannon.js";
import { populationStability } from "./methods/population-stability.js";

const primitives = golden("primitives");
const numbers = (values: (number | null)[]) => Float64Array.from(values, (value) => value ?? Number.NaN);

it("bins by Doane's rule as numpy does", () => {
  for (const { input, edges, counts } of primitives.doane_bins.cases) {
    const values = numbers(input).filter((value) => !Number.isNaN(value));
    const ours = doaneEdges(values)!;
    expect(ours.length).toBe(edges.length);
    ours.forEach((edge, i) => {
      expect(edge).toBeCloseTo(edges[i], 10);
    });
    expect([...histogram(values, ours).counts]).toEqual(counts);
  }
});

describe("continuous distances agree with NannyML", () => {
  const methods: ContinuousMethod[] = ["kolmogorov_smirnov", "jensen_shannon", "wasserstein", "hellinger"];
  const check = (each: any, calculation?: { method: "estimated"; bins: number }) => {
    const reference = numbers(each.reference_values);
    const chunk = numbers(each.analysis_values);
    const suffix = calculation ? "_estimated" : "_exact";
    const expected = (method: string) => each[method] ?? each[method + suffix];
    const asked = methods.filter((method) => expected(method) !== undefined);
    expect(asked.length).toBeGreaterThan(0);
    const fit = fitContinuous(reference, { name: "x", methods: asked, calculation, compat: true });
    const ours = measureContinuous(fit, chunk, { from: 0, to: chunk.length }, { methods: asked, compat: true });
    asked.forEach((method, i) => {
      if (expected(method) === null) expect(ours[i]?.value).toBeNaN();
      else expect(ours[i]?.value, method).toBeCloseTo(expected(method), 8);
    });
  };
  it.each(primitives.continuous_drift.cases as any[])("exact, case %#", (each) => check(each));
  it.each(primitives.estimated_ks_wasserstein.cases as any[])("estimated from bins, case %#", (each) =>
    check(each, { method: "estimated", bins: each.n_bins }),
  );
});

it("categorical distances agree with NannyML", () => {
  const methods: CategoricalMethod[] = ["jensen_shannon", "hellinger", "l_infinity", "chi2"];
  for (const each of primitives.categorical_drift.cases) {
    const reference = fitCategorical(toCategory(toColumn(each.reference, "x")), "x", true, true);
    const chunk = toCategory(toColumn(each.analysis, "x"));
    const rows = { from: 0, to: chunk.codes.length };
    const placed = { categories: chunk, places: placesOf(reference, chunk) };
    const ours = measureCategorical(reference, placed, rows, { methods, compat: true, previousAlerts: [] });
    methods.forEach((method, i) => {
      expect(ours[i]?.value, method).toBeCloseTo(each[method], 8);
    });
    expect(ours[3]?.alert).toBe(each.chi2_alert);
  }
});

it("chi-square statistics and p-values agree with scipy", () => {
  for (const { table, statistic, p_value } of primitives.chi2_contingency.cases) {
    const ours = chiSquareTest(
      table.map(([a]: number[]) => a),
      table.map(([, b]: number[]) => b),
    )!;
    expect(ours.statistic).toBeCloseTo(statistic, 9);
    expect(Math.abs(ours.p - p_value)).toBeLessThanOrEqual(1e-6 * p_value + 1e-300);
  }
});

it("Jensen-Shannon distances agree with scipy", () => {
  for (const { p, q, base2_distance } of primitives.jensen_shannon.cases) {
    expect(jensenShannon({ p, q })).toBeCloseTo(base2_distance, 9);
  }
});

it("Pearson's correlation and p-value agree with scipy", () => {
  for (const { x, y, r, p_value } of primitives.pearson.cases) {
    const moments = coMoments(numbers(x), numbers(y));
    const ours = correlationCoefficient(moments);
    if (r === null) expect(ours).toBeNull();
    else {
      expect(ours).toBeCloseTo(r, 10);
      expect(Math.abs(correlationP(ours!, moments.n) - p_value)).toBeLessThanOrEqual(1e-6 * p_value + 1e-15);
    }
  }
});

it("method values on the arrays of NannyML's own tests agree", () => {
  const arrays = goldenJson("tests_univariate_arrays.json");
  let compared = 0;
  for (const each of golden("tests").univariate_methods.cases) {
    const data = arrays[each.test];
    const [, type, name] = /^(Continuous|Categorical)?(\w+?)(Distance|Statistic)?$/.exec(each.method) ?? [];
    const known: Record<string, string> = {
      JensenShannon: "jensen_shannon",
      Hellinger: "hellinger",
      Wasserstein: "wasserstein",
    };
    const method = known[name];
    if (!method || !data || type === "Categorical" || typeof (data.reference ?? [])[0] !== "number") continue;
    const methods = [method as ContinuousMethod];
    const fit = fitContinuous(numbers(data.reference), { name: "x", methods, calculation: undefined, compat: true });
    const chunk = numbers(data.analysis);
    const [ours] = measureContinuous(fit, chunk, { from: 0, to: chunk.length }, { methods, compat: true });
    expect(ours?.value, each.test).toBeCloseTo(each.computed_full, 8);
    compared++;
  }
  expect(compared).toBeGreaterThan(4);
});

it("a distribution has no distance from itself, and distances are symmetric", () => {
  const p = [0.2, 0.3, 0.5];
  const q = [0.4, 0.4, 0.2];
  for (const distance of [jensenShannon, hellinger, populationStability]) {
    expect(distance({ p, q: p })).toBeCloseTo(0, 7);
    expect(distance({ p, q })).toBeCloseTo(distance({ p: q, q: p }), 12);
  }
  // 0.2·ln 2 + 0.1·ln(4/3) − 0.3·ln 0.4
  expect(populationStability({ p, q })).toBeCloseTo(
    0.2 * Math.log(2) + 0.1 * Math.log(4 / 3) - 0.3 * Math.log(0.4),
    12,
  );
});

it("distances from bins are those of a sum over every bin", () => {
  const { normal, int } = random("bins");
  for (const rows of [1, 7, 300, 5000]) {
    const edges = equalWidthEdges(-3, 5, 1000);
    const counts = Uint32Array.from({ length: 1000 }, () => (int(3) ? 0 : int(50)));
    const values = Float64Array.from({ length: rows }, () => normal() * 2);
    const bins = histogram(values, edges);
    const outside = {
      below: values.filter((value) => value < -3).sort(),
      above: values.filter((value) => value > 5).sort(),
    };
    const ours = binnedDistances(cumulativeBins(edges, counts), bins, outside);
    const n = counts.reduce((sum, count) => sum + count, 0);
    const none = { below: new Float64Array(0), above: new Float64Array(0) };
    const beyond = binnedDistances(cumulativeBins(edges, counts), { ...bins, counts: new Float64Array(1000) }, outside);
    const without = binnedDistances(cumulativeBins(edges, counts), { ...bins, counts: new Float64Array(1000) }, none);
    let [mine, theirs, most, area, empty, emptyWithout] = [0, 0, 0, 0, 0, 0];
    const shift = outside.below.length ? (outside.below.length + 1) / rows : 0;
    for (let i = 0; i < 1000; i++) {
      mine += counts[i];
      theirs += bins.counts[i];
      most = Math.max(most, Math.abs(mine / n - (bins.below + theirs) / rows));
      area += Math.abs(mine / n - theirs / rows - shift) * 0.008;
      empty += Math.abs(mine / n - shift) * 0.008;
      emptyWithout += (mine / n) * 0.008;
    }
    expect(ours.kolmogorovSmirnov).toBeCloseTo(most, 13);
    expect(without.wasserstein).toBeCloseTo(emptyWithout, 12);
    // what lies outside adds the same to both
    expect(ours.wasserstein - beyond.wasserstein).toBeCloseTo(area - empty, 12);
  }
});
