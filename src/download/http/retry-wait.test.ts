import { describe, expect, it } from "vitest";
import { backOff, retryAfter } from "./retry-wait.js";

describe("backOff", () => {
  it("grows fourfold up to half a minute, with a quarter of chance", () => {
    const middle = [0, 1, 2, 3, 4, 10].map((n) => backOff(n, () => 0.5));
    expect(middle.map((seconds) => Math.round(seconds * 10) / 10)).toEqual([0.2, 0.8, 3.2, 12.8, 30, 30]);
    expect(backOff(1, () => 0)).toBeCloseTo(0.6);
    expect(backOff(1, () => 1)).toBeCloseTo(1);
  });
});

describe("retryAfter", () => {
  it("reads seconds and dates, and nothing else", () => {
    const now = Date.parse("2024-01-01T00:00:00Z");
    expect(retryAfter("7", now)).toBe(7);
    expect(retryAfter("Mon, 01 Jan 2024 00:01:00 GMT", now)).toBe(60);
    expect(retryAfter("Sun, 31 Dec 2023 00:00:00 GMT", now)).toBe(0);
    expect([retryAfter("soon", now), retryAfter(undefined, now)]).toEqual([undefined, undefined]);
  });
});
