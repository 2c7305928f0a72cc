import { describe, expect, it } from "vitest";
import { exp } from "./exp.js";

describe("exp", () => {
  it("agrees with Math.exp to ten digits", () => {
    for (let x = -39.9; x < 40; x += 0.0137) expect(Math.abs(exp(x) / Math.exp(x) - 1)).toBeLessThan(1e-10);
  });

  it("is 1 at 0", () => expect(exp(0)).toBe(1));
});
