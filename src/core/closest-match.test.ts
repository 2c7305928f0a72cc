import { expect, it } from "vitest";
import { closestMatch } from "./closest-match.js";

it("nearest finds a candidate with one letter wrong, swapped or missing", () => {
  expect(closestMatch("widnows", ["windows", "horizon"])).toBe("windows");
  expect(closestMatch("horizn", ["windows", "horizon"])).toBe("horizon");
});
it("nearest gives undefined when nothing is near", () => {
  expect(closestMatch("zebra", ["windows", "horizon"])).toBeUndefined();
});
