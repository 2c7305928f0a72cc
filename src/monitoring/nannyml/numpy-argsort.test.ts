import { expect, it } from "vitest";
import { golden } from "../../../test/monitoring/golden.js";
import { random } from "../../core/random.js";
import { argsort } from "../../statistics/argsort.js";
import { numpyArgsort } from "./numpy-argsort.js";

it.each(golden("primitives").numpy_scalar_argsort.cases as { values: number[]; argsort: number[] }[])(
  "orders ties as numpy's scalar argsort does",
  ({ values, argsort: order }) => {
    expect([...numpyArgsort(Float64Array.from(values))]).toEqual(order);
  },
);

it("argsort is stable, puts -0 with 0, infinities at the ends and NaN last", () => {
  const values = Float64Array.of(3, Number.NaN, 0, -1.5, -0, Infinity, 3, -Infinity, Number.NaN);
  expect([...argsort(values)]).toEqual([7, 3, 2, 4, 0, 6, 5, 1, 8]);
});

it("argsort orders random numbers as a comparison does", () => {
  const { normal } = random("argsort");
  const values = Float64Array.from({ length: 5000 }, () => normal() * 10 ** Math.round(normal() * 5));
  const order = argsort(values);
  expect([...order].map((row) => values[row])).toEqual([...values].sort((a, b) => a - b));
});

it("leaves runs that are ordered enough as they are, and puts the same rows in them", () => {
  const { int } = random("enough");
  // many ties, so that which of them stand at an edge depends on the algorithm
  const values = Float64Array.from({ length: 3000 }, () => int(40));
  const run = (place: number) => Math.floor(place / 300);
  const some = numpyArgsort(values, (left, right) => run(left) === run(right));
  const all = numpyArgsort(values);
  for (let from = 0; from < 3000; from += 300) {
    const sorted = (order: Int32Array) => [...order.subarray(from, from + 300)].sort((a, b) => a - b);
    expect(sorted(some)).toEqual(sorted(all));
  }
});
