import { expect, it } from "vitest";
import { random } from "../core/random.js";
import { logisticBlock } from "./logistic.js";

const { values, apply } = logisticBlock();

it("is 1 / (1 + exp(−x)) to the last bit but one, which is the engine's", () => {
  const { normal } = random("logistic");
  const some = Array.from({ length: 4000 }, (_, i) => normal() * 10 ** ((i % 8) - 5));
  const inputs = [...some, 0, 1, -1, 2 ** -28, 3 * 2 ** -53, Math.LN2 / 2, -Math.LN2 / 2, 700, -700];
  values.set(inputs);
  apply(inputs.length);
  inputs.forEach((x, i) => {
    const expected = 1 / (1 + Math.exp(-x));
    expect(Math.abs(values[i]! / expected - 1), `of ${x}`).toBeLessThan(2 ** -51);
  });
});

it("is 0, 1 and not a number where there is nothing between", () => {
  values.set([-800, Number.NEGATIVE_INFINITY, 800, Number.POSITIVE_INFINITY, Number.NaN]);
  apply(5);
  expect(values[0]).toBeLessThan(1e-307);
  expect(values[1]).toBeLessThan(1e-307);
  expect([...values.subarray(2, 5)]).toEqual([1, 1, Number.NaN]);
});
