import { describe, expect, it } from "vitest";
import { random } from "../core/random.js";
import { type Candidates, chooseList, type ListRules } from "./choose-list.js";

const r = random("candidates");
const people = (n: number): Candidates => ({
  subscriber: Array.from({ length: n }, (_, i) => `s${String(i).padStart(5, "0")}`),
  probability: Float64Array.from({ length: n }, () => r.next() ** 3),
  value: new Float64Array(n).fill(100),
});
const rules: ListRules = {
  contactCost: 5,
  successRate: 0.2,
  budget: null,
  maxContacts: null,
  controlShare: 0.1,
  seed: 1,
};
const calls = (called: Uint8Array) => called.reduce((sum, each) => sum + each, 0);

describe("chooseList", () => {
  const candidates = people(2000);
  it("takes whoever is expected to bring more than a contact costs, the most first", () => {
    const { rows, gain, paying } = chooseList(candidates, rules);
    expect(rows.length).toBe(Array.from(candidates.probability).filter((p) => p * 0.2 * 100 > 5).length);
    expect(paying).toBe(rows.length);
    expect([...gain]).toEqual([...gain].sort((a, b) => b - a));
    expect(gain[gain.length - 1]).toBeGreaterThan(0);
    const [first] = rows;
    expect(gain[0]).toBeCloseTo(candidates.probability[first] * 20 - 5, 12);
  });
  it("goes by what each is worth, not by risk alone", () => {
    const two = { subscriber: ["dear", "risky"], probability: [0.3, 0.9], value: [1000, 50] };
    expect([...chooseList(two, { ...rules, controlShare: 0 }).rows]).toEqual([0, 1]);
    expect([...chooseList(two, { ...rules, controlShare: 0, contactCost: 10 }).rows]).toEqual([0]);
  });
  it.each([0, 0.1, 0.15, 0.5])("spends the budget on calls alone, with a control share of %d", (controlShare) => {
    const { rows, called } = chooseList(candidates, { ...rules, controlShare, budget: 503 });
    expect(calls(called)).toBe(100);
    expect(rows.length - 100).toBe(Math.round(controlShare * rows.length));
    expect(calls(chooseList(candidates, { ...rules, controlShare, maxContacts: 37 }).called)).toBe(37);
  });
  it("calls nobody where the budget pays for nobody, or no contact pays", () => {
    expect(chooseList(candidates, { ...rules, budget: 4 }).rows).toHaveLength(0);
    expect(chooseList(candidates, { ...rules, contactCost: 50 }).rows).toHaveLength(0);
  });
  it("draws the control group at every height of risk, so that both groups expect the same", () => {
    const { rows, called } = chooseList(candidates, { ...rules, controlShare: 0.2 });
    const p = Array.from(rows, (row) => candidates.probability[row]);
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const of = (arm: number) => mean(p.filter((_, i) => called[i] === arm));
    expect(Math.abs(of(0) - of(1))).toBeLessThan(0.01);
    for (let from = 0; from + 50 <= rows.length; from += 50) expect(calls(called.subarray(from, from + 50))).toBe(40);
  });
  it("draws the same people for the same seed whatever the order of rows, and others for another seed", () => {
    const control = (given: Candidates, seed: number) => {
      const { rows, called } = chooseList(given, { ...rules, seed });
      return Array.from(rows).flatMap((row, i) => (called[i] ? [] : [given.subscriber[row]]));
    };
    const back: Candidates = {
      subscriber: [...candidates.subscriber].reverse(),
      probability: Array.from(candidates.probability).reverse(),
      value: candidates.value,
    };
    expect(control(back, 1)).toEqual(control(candidates, 1));
    expect(control(candidates, 2)).not.toEqual(control(candidates, 1));
  });
});
