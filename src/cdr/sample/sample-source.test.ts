import { describe, expect, it } from "vitest";
import { dayOf } from "../../core/days.js";
import { parseSampleSource } from "./sample-source.js";

describe("sampleSource", () => {
  it("fills in what is left out", () => {
    const normal = {
      subscribers: 5000,
      seed: 1,
      scenario: "none",
      scenarioDay: dayOf("2024-03-21"),
      from: dayOf("2024-01-01"),
      to: dayOf("2024-04-29"),
    };
    for (const source of ["sample:", "sample:?", "sample://", "sample://?"]) {
      expect(parseSampleSource(source)).toEqual(normal);
    }
  });

  it("reads every parameter", () => {
    expect(parseSampleSource("sample:?subscribers=20&days=10&seed=7&scenario=outage&scenario_day=2024-01-05")).toEqual({
      subscribers: 20,
      seed: 7,
      scenario: "outage",
      scenarioDay: dayOf("2024-01-05"),
      from: dayOf("2024-01-01"),
      to: dayOf("2024-01-10"),
    });
  });

  it("begins a scenario after two thirds of the days when its day is left out", () => {
    expect(parseSampleSource("sample:?days=90&scenario=outage").scenarioDay).toBe(dayOf("2024-01-01") + 60);
  });

  it.each([
    ["sample:?subscriber=5", /unknown parameter "subscriber" .*\n.*did you mean "subscribers"\?/],
    ["sample:5000", /unknown parameter "5000"/],
    ["sample:?days=0", /"days" cannot be "0" in sample:\?days=0\n.*whole number 1 … 10000/],
    ["sample:?days=1.5", /"days" cannot be "1.5"/],
    ["sample:?seed=-1", /"seed" cannot be "-1"/],
    ["sample:?seed=", /"seed" cannot be ""/],
    ["sample:?seed=1&seed=2", /"seed" stands twice/],
    ["sample:?scenario=price_rise", /"scenario" cannot be "price_rise"[\s\S]*did you mean "price-rise"/],
    ["sample:?scenario_day=2024-02-31", /"scenario_day" cannot be "2024-02-31"/],
    ["sample:?scenario_day=2023-12-31", /"scenario_day" cannot be "2023-12-31"[\s\S]*a date 2024-01-01 … 2051-05-19/],
    ["sample:?scenario_day=9999-01-01", /"scenario_day" cannot be "9999-01-01"/],
  ])("refuses %s", (source, message) => {
    expect(() => parseSampleSource(source)).toThrow(message);
  });
});
