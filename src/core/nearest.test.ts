import { expect, it } from "vitest";
import { nearest } from "./nearest.js";

it("nearest finds a candidate with one letter wrong, swapped or missing", () => {
  expect(nearest("widnows", ["windows", "horizon"])).toBe("windows");
  expect(nearest("horizn", ["windows", "horizon"])).toBe("horizon");
});
it("nearest gives undefined when nothing is near", () => {
  expect(nearest("zebra", ["windows", "horizon"])).toBeUndefined();
});
