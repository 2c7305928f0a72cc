import { expect, it } from "vitest";
import { golden } from "../../../test/monitoring/golden.js";
import { random } from "../../core/random.js";
import { numpyArgsort } from "./numpy-argsort.js";

it.each(golden("primitives").numpy_scalar_argsort.cases as { values: number[]; argsort: number[] }[])(
  "orders ties as numpy's scalar argsort does",
  ({ values, argsort: order }) => {
    expect([...numpyArgsort(Float64Array.from(values))]).toEqual(order);
  },
);

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
