import { describe, expect, it } from "vitest";
import { random } from "../core/random.js";
import { argsort } from "./argsort.js";
import { sortNumbers } from "./sort-numbers.js";

it("sorts as the engine does: numbers of all sizes, equal ones, infinities and both zeros", () => {
  const { normal, int } = random("sort numbers");
  const makers = [
    normal,
    () => int(9) - 4,
    () => normal() * 10 ** (int(600) - 300),
    () => 7,
    () => Math.round(normal() * 100) / 100,
  ];
  for (const make of makers) {
    for (const size of [0, 1, 2, 5000]) {
      const values = Float64Array.from({ length: size }, make);
      const some = [0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324, -5e-324, 0, -0];
      if (size > 8) values.set(some, 3);
      const expected = values.slice().sort();
      expect([...sortNumbers(values)]).toEqual([...expected]);
    }
  }
});

it("sorts a part of a larger array, in place", () => {
  const x = Float64Array.from({ length: 60_000 }, (_, i) => 60_000 - i + 0.5);
  const part = x.subarray(7, 40_007);
  expect(sortNumbers(part)).toBe(part);
  expect([...part.subarray(0, 3)]).toEqual([19994.5, 19995.5, 19996.5]);
  expect([x[6], x[40_007]]).toEqual([59994.5, 19993.5]);
});

describe("argsort", () => {
  const puzzle = [3, Number.NaN, 0, -1.5, -0, Infinity, 3, -Infinity, -Number.NaN];
  it("is stable, puts −0 with 0, infinities at the ends and NaN last, in few numbers and in many", () => {
    const order = [7, 3, 2, 4, 0, 6, 5, 1, 8];
    expect([...argsort(puzzle)]).toEqual(order);
    for (const n of [3000, 40_000]) {
      const many = Float64Array.from({ length: n }, (_, i) => puzzle[i] ?? 1e6 + i);
      const rest = Array.from({ length: n - 9 }, (_, i) => i + 9);
      expect([...argsort(many)]).toEqual([...order.slice(0, 6), ...rest, ...order.slice(6)]);
    }
  });
  it.each([200, 5000, 40_000])("orders %i numbers as a comparison does, ties in their first order", (n) => {
    const { normal } = random("argsort");
    const values = Float64Array.from({ length: n }, () => Math.round(normal() * 100) * 10 ** Math.round(normal() * 5));
    const wanted = Array.from(values.keys()).sort((a, b) => values[a] - values[b] || a - b);
    expect([...argsort(values)]).toEqual(wanted);
  });
});
