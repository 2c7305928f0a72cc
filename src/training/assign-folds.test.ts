import { describe, expect, it } from "vitest";
import { random } from "../core/random.js";
import { assignFolds } from "./assign-folds.js";

describe("assignFolds", () => {
  const r = random("folds");
  const group: string[] = [];
  const label: number[] = [];
  for (let s = 0; s < 500; s++) {
    const rows = 1 + r.int(6);
    const churner = r.next() < 0.1;
    for (let i = 0; i < rows; i++) {
      group.push(`s${s}`);
      label.push(churner && i === rows - 1 ? 1 : 0);
    }
  }
  const folds = assignFolds(group, label, 3, 7);

  it("keeps the rows of a subscriber together", () => {
    const of = new Map<string, number>();
    group.forEach((name, i) => {
      if (!of.has(name)) of.set(name, folds[i]);
      expect(folds[i]).toBe(of.get(name));
    });
  });
  it("gives each fold the same number of churners and of rows, to one subscriber", () => {
    const rows = [0, 0, 0];
    const churned = [0, 0, 0];
    group.forEach((_, i) => {
      rows[folds[i]]++;
      churned[folds[i]] += label[i];
    });
    expect(Math.max(...churned) - Math.min(...churned)).toBeLessThanOrEqual(1);
    expect(Math.max(...rows) - Math.min(...rows)).toBeLessThanOrEqual(6);
  });
  it("does not depend on the order of rows, and does on the seed", () => {
    const back = assignFolds([...group].reverse(), [...label].reverse(), 3, 7).reverse();
    expect(back).toEqual(folds);
    expect(assignFolds(group, label, 3, 8)).not.toEqual(folds);
  });
  it("refuses what does not make folds of both classes, with the counts", () => {
    expect(() => assignFolds(["a", "b", "c", "d"], [1, 1, 0, 0], 3, 1)).toThrow(
      /4 rows of 4 subscribers do not make 3 folds with both classes/,
    );
  });
});
