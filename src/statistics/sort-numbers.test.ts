import { expect, it } from "vitest";
import { random } from "../core/random.js";
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
