import { expect, it } from "vitest";
import { random } from "../core/random.js";
import { symmetricEigen } from "./symmetric-eigen.js";

it("gives 3 and 1 of [[2, 1], [1, 2]], with the diagonals as directions", () => {
  const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
  expect(values[0]).toBeCloseTo(3, 14);
  expect(values[1]).toBeCloseTo(1, 14);
  expect(Math.abs(vectors[0])).toBeCloseTo(Math.SQRT1_2, 14);
  expect(vectors[0]).toBeCloseTo(vectors[1], 14);
  expect(vectors[2]).toBeCloseTo(-vectors[3], 14);
});

it("takes a matrix apart into orthogonal directions that make it again, greatest first", () => {
  const d = 24;
  const { normal } = random("symmetric eigen");
  const rows = Array.from({ length: 40 }, () => Array.from({ length: d }, (_, i) => normal() * 10 ** (i % 5)));
  const matrix = new Float64Array(d * d);
  for (const row of rows) {
    for (let at = 0; at < d * d; at++) {
      const product = row[Math.floor(at / d)] * row[at % d];
      matrix[at] = matrix[at] + product;
    }
  }
  const { values, vectors } = symmetricEigen(matrix, d);
  const most = values[0];
  for (let i = 1; i < d; i++) expect(values[i]).toBeLessThanOrEqual(values[i - 1]);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      let dot = 0;
      let again = 0;
      for (let k = 0; k < d; k++) {
        dot += vectors[i * d + k] * vectors[j * d + k];
        again += values[k] * vectors[k * d + i] * vectors[k * d + j];
      }
      expect(dot).toBeCloseTo(i === j ? 1 : 0, 12);
      expect(Math.abs(again - matrix[i * d + j]) / most).toBeLessThan(1e-13);
    }
  }
});

it("gives a constant column a value of 0", () => {
  const { values } = symmetricEigen(Float64Array.of(0, 0, 0, 0, 5, 0, 0, 0, 2), 3);
  expect([...values]).toEqual([5, 2, 0]);
});
