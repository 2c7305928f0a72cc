import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { logLoss } from "../statistics/log-loss.js";
import { rocAuc } from "../statistics/roc-auc.js";
import { calibrate, fitCalibration } from "./calibration.js";

const path = new URL("../../test/fixtures/training/fits.json", import.meta.url);
const fixture = JSON.parse(readFileSync(path, "utf8")) as {
  y: number[];
  score: number[];
  platt: { slope: number; intercept: number; sklearn: [number, number] };
  beta: { low: number; high: number; intercept: number };
  isotonic: { at: number[]; probability: number[] };
};
const { y, score } = fixture;
const near = (ours: ArrayLike<number>, theirs: ArrayLike<number>, within: number) => {
  expect(ours.length).toBe(theirs.length);
  for (let i = 0; i < theirs.length; i++) expect(Math.abs(ours[i] - theirs[i])).toBeLessThan(within);
};

describe("calibration", async () => {
  const platt = await fitCalibration("platt", y, score);
  it("platt has the slope and intercept of least loss on log-odds", () => {
    if (platt.method !== "platt") throw new Error("not platt");
    near([platt.slope, platt.intercept], [fixture.platt.slope, fixture.platt.intercept], 1e-6);
    near([platt.slope, platt.intercept], fixture.platt.sklearn, 1e-3);
  });
  it("beta has the three numbers of least loss, neither weight below 0 (scipy, bounded)", async () => {
    const beta = await fitCalibration("beta", y, score);
    if (beta.method !== "beta") throw new Error("not beta");
    near([beta.low, beta.high, beta.intercept], [fixture.beta.low, fixture.beta.high, fixture.beta.intercept], 1e-3);
    expect(rocAuc(y, calibrate(beta, score))).toBe(rocAuc(y, score));
  });
  it("scores that say the contrary become the base rate, and turn no ranking round", async () => {
    const turned = score.map((s) => 1 - s);
    for (const method of ["platt", "beta"] as const) {
      const p = calibrate(await fitCalibration(method, y, turned), turned);
      const rate = y.reduce((sum, each) => sum + each, 0) / y.length;
      for (const each of p) expect(Math.abs(each - rate)).toBeLessThan(0.01);
    }
  });
  it("gives no probability of 0 or 1, whatever the method and the score", async () => {
    for (const method of ["platt", "beta", "isotonic", "none"] as const) {
      const p = calibrate(await fitCalibration(method, y, y), [0, 1e-300, 0.5, 1]);
      for (const each of p) expect(each > 0 && each < 1).toBe(true);
    }
  });
  it("platt keeps the ranking", () => {
    expect(rocAuc(y, calibrate(platt, score))).toBe(rocAuc(y, score));
  });
  it("isotonic equals scikit-learn's, but for the rim of 1 / (rows + 2)", async () => {
    const rim = 1 / (y.length + 2);
    const theirs = fixture.isotonic.probability;
    const isotonic = await fitCalibration("isotonic", y, score);
    const ours = calibrate(isotonic, fixture.isotonic.at);
    near(ours, theirs, rim + 1e-12);
    const inside = theirs.map((_, i) => i).filter((i) => theirs[i] > 0.1 && theirs[i] < 0.9);
    expect(inside.length).toBeGreaterThan(5);
    near(
      inside.map((i) => ours[i]),
      inside.map((i) => theirs[i]),
      1e-12,
    );
    for (let i = 1; i < ours.length; i++) expect(ours[i]).toBeGreaterThanOrEqual(ours[i - 1]);
    expect([ours[0], ours.at(-1)]).toEqual([Math.max(rim, theirs[0]), Math.min(1 - rim, theirs.at(-1)!)]);
  });
  it("both make probabilities of scores that class weights pushed up; none changes nothing", async () => {
    const raw = logLoss(y, score)!;
    for (const method of ["platt", "isotonic"] as const) {
      const p = calibrate(await fitCalibration(method, y, score), score);
      expect(logLoss(y, p)).toBeLessThan(raw);
      const mean = p.reduce((sum, v) => sum + v, 0) / p.length;
      expect(Math.abs(mean - y.reduce((sum, v) => sum + v, 0) / y.length)).toBeLessThan(0.01);
    }
    expect([...calibrate({ method: "none" }, score)]).toEqual(score);
  });
  it("a constant score becomes the base rate, smoothed", async () => {
    const p = calibrate(await fitCalibration("platt", [0, 0, 0, 1], [0.5, 0.5, 0.5, 0.5]), [0.5]);
    expect(p[0]).toBeCloseTo((3 * (1 / 5) + 2 / 3) / 4, 7);
  });
  it("scores of 0 and 1 give finite probabilities", async () => {
    const p = calibrate(await fitCalibration("platt", [0, 0, 1, 1, 0, 1], [0, 0, 1, 1, 1, 0]), [0, 1]);
    expect(p.every((v) => v > 0 && v < 1)).toBe(true);
  });
});
