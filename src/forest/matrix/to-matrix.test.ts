import { table } from "arquero";
import { describe, expect, it } from "vitest";
import { fitForest } from "../grow/fit-forest.js";
import { fromArquero } from "./from-arquero.js";
import { toLabels, toMatrix } from "./to-matrix.js";

describe("toMatrix", () => {
  it("takes numbers, bigints, booleans and dates as numbers, and null, undefined and empty texts as missing", () => {
    const { columns } = toMatrix({
      a: [1, null, 3n],
      b: [true, undefined, false],
      c: [new Date(5), "", Number.NaN],
      d: Int32Array.of(1, 2, 3),
    });
    expect(columns[0]).toEqual(Float64Array.of(1, Number.NaN, 3));
    expect(columns[1]).toEqual(Float64Array.of(1, Number.NaN, 0));
    expect(columns[2]).toEqual(Float64Array.of(5, Number.NaN, Number.NaN));
    expect(columns[3]).toEqual(Float64Array.of(1, 2, 3));
  });
  it("takes a column with any text as categories, in the order of their texts", () => {
    expect(toMatrix({ a: ["x", null, "b", 7, "x"] }).columns[0]).toEqual({
      levels: ["7", "b", "x"],
      codes: Int32Array.of(2, -1, 1, 0, 2),
    });
  });
  it("takes the columns of an Arquero table, numbers without a copy", async () => {
    const calls = Float64Array.from({ length: 50 }, (_, i) => i);
    const data = table({ calls, plan: Array.from({ length: 50 }, (_, i) => (i % 2 ? "S" : "L")) });
    const x = toMatrix({ calls: data.array("calls"), plan: data.array("plan") });
    expect(toMatrix({ calls }).columns[0]).toBe(calls);
    const { y, classNames } = toLabels(data.array("plan"), "S");
    const forest = await fitForest(x, y, { numTrees: 3, classNames });
    expect(forest.classes).toEqual(["L", "S"]);
  });
  it("names the column and row of a value that it cannot take", () => {
    expect(() => toMatrix({ a: [1, {}] })).toThrow(/column "a" has a value of type object in row 1/);
    expect(() => toMatrix({ a: [1], b: [1, 2] })).toThrow(/"b" has 2 rows/);
  });
});

describe("toLabels", () => {
  it("numbers the classes of any type in their order", () => {
    expect(toLabels([10, 9, 10])).toEqual({ y: Uint8Array.of(1, 0, 1), classNames: ["9", "10"] });
    expect(toLabels([true, false])).toEqual({ y: Uint8Array.of(1, 0), classNames: ["false", "true"] });
    expect(toLabels(["c", "a", "b"]).y).toEqual(Uint8Array.of(2, 0, 1));
  });
  it("puts the positive label last, and all others in class 0", () => {
    expect(toLabels(["no", "yes"], "no")).toEqual({ y: Uint8Array.of(1, 0), classNames: ["yes", "no"] });
    expect(toLabels([1, 2, 3], 2)).toEqual({ y: Uint8Array.of(0, 1, 0), classNames: ["not 2", "2"] });
  });
  it("refuses a missing label, one class alone, and a positive label that does not occur", () => {
    expect(() => toLabels(["a", null])).toThrow(/label of row 1 is missing/);
    expect(() => toLabels(["a", "a"])).toThrow(/all labels are "a"/);
    expect(() => toLabels(["a", "b"], "c")).toThrow(/no label is "c"[\s\S]*a, b/);
    expect(() => toLabels(Array.from({ length: 300 }, (_, i) => i))).toThrow(/300 classes/);
  });
});

describe("fromArquero", () => {
  it("takes the columns of a table, or those that are named, in their order", () => {
    const found = table({ id: ["x", "y"], calls: [3, null], plan: ["gold", "basic"] });
    expect(fromArquero(found).names).toEqual(["id", "calls", "plan"]);
    const x = fromArquero(found, ["plan", "calls"]);
    expect(x.names).toEqual(["plan", "calls"]);
    expect(x.columns[1]).toEqual(Float64Array.of(3, Number.NaN));
    expect(x.columns[0]).toEqual({ levels: ["basic", "gold"], codes: Int32Array.of(1, 0) });
  });
});
