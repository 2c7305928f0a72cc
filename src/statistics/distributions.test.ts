import { describe, expect, it } from "vitest";
import { expectClose, statisticsFixture as fixture } from "../../test/fixtures/statistics/read.js";
import { chiSquareTail, chiSquareTest } from "./chi-square.js";
import { normalQuantile, Z95 } from "./normal.js";
import { logGamma, upperGamma } from "./special-functions.js";
import { studentTwoSided } from "./student-t.js";
import { wilsonInterval } from "./wilson-interval.js";

describe(`distributions agree with ${fixture.made_by}, to 1e-9 of the value`, () => {
  it("Student's t: the two-sided p-value, the same for −t", () => {
    for (const { t, df, p } of fixture.student) {
      expectClose([studentTwoSided(t, df)], [p], 1e-9, 1e-300);
      expect(studentTwoSided(-t, df)).toBe(studentTwoSided(t, df));
    }
  });
  it("χ²: the upper tail, 1 at 0", () => {
    for (const { x, dof, p } of fixture.chi_square_tail) expectClose([chiSquareTail(x, dof)], [p], 1e-9, 1e-300);
  });
  it("the normal quantile, to 1e-14", () => {
    for (const { p, z } of fixture.normal) expectClose([normalQuantile(p)], [z], 1e-14);
    expect(normalQuantile(0.975)).toBeCloseTo(Z95, 15);
    expect([normalQuantile(0), normalQuantile(1), normalQuantile(Number.NaN)]).toEqual([null, null, null]);
  });
  it("ln Γ, and the incomplete gamma function", () => {
    for (const { x, value } of fixture.log_gamma) expectClose([logGamma(x)], [value], 1e-12);
    for (const { a, z, value } of fixture.upper_gamma) expectClose([upperGamma(a, z)], [value], 1e-9, 1e-300);
  });
});

describe("chiSquareTest", () => {
  it("agrees with scipy's chi2_contingency, Yates's correction included", () => {
    for (const { a, b, statistic, p } of fixture.chi_square) {
      const ours = chiSquareTest(a, b)!;
      expectClose([ours.statistic, ours.p], [statistic, p], 1e-9);
    }
  });
  it("is 0 for one category, and null where a row or a category is empty", () => {
    expect(chiSquareTest([4], [9])).toEqual({ statistic: 0, p: 1 });
    expect(chiSquareTest([0, 0], [3, 4])).toBeNull();
    expect(chiSquareTest([1, 0], [3, 0])).toBeNull();
    expect(chiSquareTest([], [])).toBeNull();
  });
});

describe("wilsonInterval", () => {
  it("agrees with scipy's at any level, exact at 0 and at n of n", () => {
    for (const { hits, n, level, low, high } of fixture.wilson) {
      const ours = wilsonInterval(hits, n, normalQuantile((1 + level) / 2)!)!;
      expectClose([ours.low, ours.high], [low, high], 1e-12);
    }
    expect(wilsonInterval(0, 12)?.low).toBe(0);
    expect(wilsonInterval(12, 12)?.high).toBe(1);
  });
  it("is null for nothing", () => {
    expect(wilsonInterval(0, 0)).toBeNull();
  });
});
