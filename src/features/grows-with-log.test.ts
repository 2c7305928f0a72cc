import { expect, it } from "vitest";
import { growsWithLog } from "./grows-with-log.js";
import { lifetimeFeatures } from "./lifetime-features.js";

it("a feature that is larger in a longer log by what it is grows with it; a share, a gap's ratio or a pause does not", () => {
  const growing = lifetimeFeatures().filter(growsWithLog);
  expect(growing.map(({ name }) => name)).toEqual([
    "days_since_first_record",
    "active_days_ever",
    "repeat_days",
    "days_first_to_last_activity",
    "longest_gap",
  ]);
  const attribute = {
    name: "days_since_joined",
    kind: "attribute",
    attribute: "joined",
    title: "days since joined",
  } as const;
  expect(growsWithLog({ ...attribute, of: "day" })).toBe(true);
  expect(growsWithLog({ ...attribute, of: "number" })).toBe(false);
});
