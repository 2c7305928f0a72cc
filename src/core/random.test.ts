import { describe, expect, it } from "vitest";
import { random } from "./random.js";

describe("random", () => {
  it("gives the same numbers for the same seed", () => {
    const a = random(7);
    const b = random(7);
    expect(Array.from({ length: 5 }, a.uint32)).toEqual(Array.from({ length: 5 }, b.uint32));
  });
  it("gives a fork that does not depend on what was drawn", () => {
    const a = random(7);
    a.next();
    expect(a.fork("x").uint32()).toBe(random(7).fork("x").uint32());
  });
  it("draws uniform numbers: mean 1/2 and variance 1/12 over 100,000 draws", () => {
    const r = random("uniform");
    const x = Array.from({ length: 100_000 }, r.next);
    const mean = x.reduce((s, v) => s + v, 0) / x.length;
    expect(mean).toBeCloseTo(0.5, 2);
    expect(x.reduce((s, v) => s + (v - mean) ** 2, 0) / x.length).toBeCloseTo(1 / 12, 2);
  });
  it("draws standard normal numbers", () => {
    const r = random("normal");
    const x = Array.from({ length: 100_000 }, r.normal);
    const mean = x.reduce((s, v) => s + v, 0) / x.length;
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(x.reduce((s, v) => s + v * v, 0) / x.length).toBeCloseTo(1, 1);
  });
  it("draws whole numbers below n, each equally often", () => {
    const r = random("int");
    const counts = [0, 0, 0];
    for (let i = 0; i < 30_000; i++) counts[r.int(3)]++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });
});
