import { expect, test } from "vitest";
import { columnAs, columnsAs } from "./columns-as.js";

const columns = {
  day: Int32Array.of(1, 2),
  rate: Float64Array.of(0.5, Number.NaN),
  name: ["a", "b"],
  note: ["c", null],
};

test("columns come as what they are asked to be", () => {
  const found = columnsAs(columns, { day: Int32Array, rate: Float64Array, name: String, note: Array });
  expect(found).toEqual(columns);
});

test("a column that holds something else is named", () => {
  expect(() => columnAs(columns, "day", Float64Array)).toThrow("column day holds days where numbers are wanted");
  expect(() => columnAs(columns, "note", String)).toThrow(
    "column note holds texts, some missing where texts, none missing are wanted",
  );
  expect(() => columnAs(columns, "gone", Array)).toThrow("column gone is missing where texts are wanted");
});
