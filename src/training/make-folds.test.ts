import { describe, expect, it } from "vitest";
import { toySnapshots } from "../../test/fixtures/training/toy-snapshots.js";
import { makeFolds } from "./make-folds.js";

const {
  subscriber,
  day,
  label: truth,
} = toySnapshots({ subscribers: 300, days: [0, 10, 20, 30, 40, 50, 60, 70], noise: 0 });
const label = Uint8Array.from(truth);
const input = { subscriber, day, horizon: 10, label, folds: 3, seed: "1" };
const ids = (rows: Int32Array) => new Set(Array.from(rows, (row) => subscriber[row]));

describe("makeFolds", () => {
  it.each(["subscriber", "row"] as const)("by %s measures every row once, on what trained the other rows", (by) => {
    const folds = makeFolds(by, input);
    expect(folds.flatMap((fold) => [...fold.validate]).sort((a, b) => a - b)).toEqual(Array.from(label, (_, i) => i));
    for (const { train, validate } of folds) {
      expect(train.length + validate.length).toBe(label.length);
      expect(new Set([...train, ...validate]).size).toBe(label.length);
    }
  });
  it("by subscriber has nobody on both sides, by row has", () => {
    const shared = (by: "subscriber" | "row") => {
      const { train, validate } = makeFolds(by, input)[0];
      const trained = ids(train);
      return [...ids(validate)].filter((id) => trained.has(id)).length;
    };
    expect(shared("subscriber")).toBe(0);
    expect(shared("row")).toBeGreaterThan(200);
  });
  it("by time trains on other subscribers, and on labels that were known before the days it is measured on", () => {
    const folds = makeFolds("time", input);
    expect(folds.map(({ validate }) => [...new Set(Array.from(validate, (row) => day[row]))])).toEqual([
      [20, 30],
      [40, 50],
      [60, 70],
    ]);
    for (const { train, validate } of folds) {
      const first = Math.min(...Array.from(validate, (row) => day[row]));
      expect(Math.max(...Array.from(train, (row) => day[row] + 10))).toBe(first);
      const trained = ids(train);
      for (const id of ids(validate)) expect(trained.has(id)).toBe(false);
    }
  });
  it("by time refuses a horizon that leaves a fold nothing to train on", () => {
    expect(() => makeFolds("time", { ...input, horizon: 30 })).toThrow(
      /fold 1 by time has 0 rows to train[\s\S]*fold_by/,
    );
  });
});
