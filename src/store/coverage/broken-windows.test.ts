import { expect, it } from "vitest";
import { brokenWindows } from "./broken-windows.js";

it("a short window with any day that is not there says nothing of who is silent", () => {
  expect(brokenWindows(["2024-03-03"], 3)).toEqual(["2024-03-01", "2024-03-02", "2024-03-03"]);
});

it("a month with one missing day still tells who is silent, one with four does not", () => {
  expect(brokenWindows(["2024-03-03"], 30)).toEqual([]);
  const four = brokenWindows(["2024-03-03", "2024-03-04", "2024-03-05", "2024-03-06"], 30);
  expect(four).toHaveLength(27);
  expect([four[0], four.at(-1)]).toEqual(["2024-02-06", "2024-03-03"]);
  expect(brokenWindows([], 30)).toEqual([]);
});
