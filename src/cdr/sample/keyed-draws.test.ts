import { describe, expect, it } from "vitest";
import { KeyedDraws } from "./keyed-draws.js";

const first = (seed: number, subject: number, day: number, purpose: number) => {
  const draws = new KeyedDraws(seed);
  draws.start(subject, day, purpose);
  return [draws.uint32(), draws.uint32()];
};

describe("KeyedDraws", () => {
  it("gives the same numbers for a key, whatever was drawn before", () => {
    const draws = new KeyedDraws(3);
    draws.start(1, 2, 0);
    for (let i = 0; i < 17; i++) draws.normal();
    draws.start(8, 19800, 1);
    expect([draws.uint32(), draws.uint32()]).toEqual(first(3, 8, 19800, 1));
  });

  it("gives other numbers when seed, subject, day or purpose differs", () => {
    const keys = [first(1, 1, 1, 1), first(2, 1, 1, 1), first(1, 2, 1, 1), first(1, 1, 2, 1), first(1, 1, 1, 2)];
    expect(new Set(keys.flat()).size).toBe(10);
  });

  it("is uniform over keys, and does not correlate from day to day or from subject to subject", () => {
    const draws = new KeyedDraws(1);
    const at = (subject: number, day: number) => {
      draws.start(subject, day, 2);
      return draws.uniform();
    };
    const n = 100_000;
    const bins = new Float64Array(20);
    let days = 0;
    let subjects = 0;
    for (let i = 0; i < n; i++) {
      const [subject, day] = [i % 1000, 19_700 + Math.floor(i / 1000)];
      const u = at(subject, day);
      bins[Math.floor(u * 20)]++;
      days += (u - 0.5) * (at(subject, day + 1) - 0.5);
      subjects += (u - 0.5) * (at(subject + 1, day) - 0.5);
    }
    const chi = bins.reduce((sum, count) => sum + (count - n / 20) ** 2 / (n / 20), 0);
    // 99.9 % of the chi-squared distribution with 19 degrees of freedom; four standard errors of a correlation
    expect(chi).toBeLessThan(43.8);
    expect(Math.abs((12 * days) / n)).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs((12 * subjects) / n)).toBeLessThan(4 / Math.sqrt(n));
  });

  it("draws normal numbers with mean 0 and variance 1", () => {
    const draws = new KeyedDraws(1);
    draws.start(0, 0, 0);
    const n = 100_000;
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < n; i++) {
      const z = draws.normal();
      sum += z;
      squares += z * z;
    }
    expect(Math.abs(sum / n)).toBeLessThan(4 / Math.sqrt(n));
    expect(squares / n).toBeCloseTo(1, 1);
  });

  it("draws whole numbers from the first to the last, both included", () => {
    const draws = new KeyedDraws(1);
    draws.start(0, 0, 0);
    const seen = new Set(Array.from({ length: 1000 }, () => draws.whole(3, 7)));
    expect([...seen].sort()).toEqual([3, 4, 5, 6, 7]);
  });
});
