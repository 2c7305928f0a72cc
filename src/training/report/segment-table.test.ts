import { describe, expect, it } from "vitest";
import { random } from "../../core/random.js";
import { rocAuc } from "../../statistics/roc-auc.js";
import { segmentTable } from "./segment-table.js";

describe("segmentTable", () => {
  const r = random("segments");
  const rows = 400;
  const probability = Float64Array.from({ length: rows }, r.next);
  const label = Uint8Array.from(probability, (p) => Number(r.next() < p));
  const plan = Float64Array.from({ length: rows }, () => (r.next() < 0.1 ? Number.NaN : r.int(3)));
  const usage = Float64Array.from({ length: rows }, () => r.normal());
  const group = Array.from({ length: rows }, (_, i) => `s${i}`);
  const options = { threshold: 0.5, rounds: 20, seed: 1, group };

  it("measures each value and what is missing where values are few", () => {
    const table = segmentTable([{ name: "plan", values: plan }], label, probability, options);
    expect(table.map((row) => row.level)).toEqual(["0", "1", "2", "missing"]);
    expect(table.reduce((sum, row) => sum + row.rows, 0)).toBe(rows);
    const ones = group.map((_, i) => i).filter((i) => plan[i] === 1);
    const one = table[1];
    expect(one.rows).toBe(ones.length);
    expect(one.roc_auc.value).toBe(
      rocAuc(
        ones.map((i) => label[i]),
        ones.map((i) => probability[i]),
      ),
    );
    expect(one.churnRate).toBeCloseTo(ones.reduce((sum, i) => sum + label[i], 0) / ones.length, 12);
    expect(one.flagged).toBeCloseTo(ones.filter((i) => probability[i] >= 0.5).length / ones.length, 12);
  });
  it("makes quarters of many values, each row in one", () => {
    const table = segmentTable([{ name: "usage", values: usage }], label, probability, options);
    expect(table.map((row) => row.rows)).toEqual([100, 100, 100, 100]);
    expect(table[0].level).toMatch(/^-\d\.\d+ to -0\.\d+$/);
  });
  it("keeps equal values in one quarter", () => {
    const skewed = Float64Array.from({ length: rows }, (_, i) => (i < 250 ? 0 : i % 20));
    const table = segmentTable([{ name: "skewed", values: skewed }], label, probability, options);
    expect(table.reduce((sum, row) => sum + row.rows, 0)).toBe(rows);
    expect(table[0]).toMatchObject({ level: "0 to 0" });
    expect(table.length).toBeLessThan(4);
  });
  it("says why a part has no AUC, and takes a text for values", () => {
    const flag = Float64Array.from(label);
    const table = segmentTable(
      [{ name: "flag", values: flag, text: (v) => (v ? "yes" : "no") }],
      label,
      probability,
      options,
    );
    expect(table.map((row) => row.level)).toEqual(["no", "yes"]);
    expect(table[0].roc_auc).toMatchObject({ value: null, reason: "only one class is there" });
  });
});
