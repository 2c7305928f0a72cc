// biome-ignore-all lint/suspicious/noExplicitAny: golden cases
import { expect, it } from "vitest";
import { golden } from "../../../test/monitoring/golden.js";
import { clampLimits, fitLimits, type Threshold } from "./threshold.js";

it.each(golden("primitives").thresholds.cases as any[])(
  "standard deviation thresholds agree with NannyML: %j",
  (each) => {
    const data = (each.data as (number | null)[]).map((value) => value ?? Number.NaN);
    const { std_lower_multiplier, std_upper_multiplier } = each;
    const limits = fitLimits({ type: "standard_deviation", std_lower_multiplier, std_upper_multiplier }, data);
    const close = (have: number | null, want: number | null) =>
      want === null ? expect(have).toBeNull() : expect(have).toBeCloseTo(want, 12);
    close(limits.lower, each.lower);
    close(limits.upper, each.upper);
    const clamped = clampLimits(limits, { lower: 0, upper: 1 });
    close(clamped.lower, each.clamped_to_0_1[0]);
    close(clamped.upper, each.clamped_to_0_1[1]);
    const dropped = clampLimits(limits, { lower: 0, upper: 1, drop: true });
    close(dropped.lower, each.clamped_override_none[0]);
    close(dropped.upper, each.clamped_override_none[1]);
  },
);

it("quantile thresholds are quantiles of the reference chunks", () => {
  expect(fitLimits({ type: "quantile", lower: 0.25, upper: 0.9 }, [1, 2, 3, 4, Number.NaN, 5])).toEqual({
    lower: 2,
    upper: 4.6,
  });
});

it("a constant of 0 is a limit", () => {
  expect(fitLimits({ type: "constant", lower: 0 }, [])).toEqual({ lower: 0, upper: null });
});

it.each([
  [{ type: "constant", lower: 1, upper: 1 }, /lower is not below upper/],
  [{ type: "constant", lower: true }, /lower is not a number: true/],
  [{ type: "constant", upper: "1" }, /upper is not a number: "1"/],
  [{ type: "standard_deviation", std_lower_multiplier: -1 }, /std_lower_multiplier is below 0/],
  [{ type: "quantile", upper: 95 }, /quantiles lie between 0 and 1/],
  [{ type: "percent" }, /type takes constant, standard_deviation or quantile/],
])("refuses %j", (threshold, message) => {
  expect(() => fitLimits(threshold as unknown as Threshold, [1, 2])).toThrow(message);
});
