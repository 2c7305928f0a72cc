import { describe, expect, it } from "vitest";
import { random } from "../core/random.js";
import { advise } from "./advise.js";
import { type CampaignPeople, measureCampaign } from "./measure-campaign.js";

/** A campaign with a known truth: each called churner stays with `success`. */
function campaign({ n = 8000, control = 0.25, success = 0.4, reach = 1, seed = "campaign", shift = 0 } = {}) {
  const r = random(seed);
  const p = Float64Array.from({ length: n }, () => 0.1 + 0.5 * r.next());
  const assigned = Uint8Array.from(p, () => (r.next() < control ? 0 : 1));
  const called = assigned.map((each) => (each && r.next() < reach ? 1 : 0));
  const left = Uint8Array.from(p, (q, i) => (r.next() < q + shift && !(called[i] && r.next() < success) ? 1 : 0));
  return { assigned, called, left, probability: p, value: new Float64Array(n).fill(100) } satisfies CampaignPeople;
}
const whole = (people: CampaignPeople) => {
  const effect = measureCampaign(people, 5);
  return { ...effect, ...advise(effect, people, { contactCost: 5 }) };
};
const holds = (limits: { low: number; high: number } | null, truth: number) =>
  limits !== null && limits.low <= truth && truth <= limits.high;

describe("measureCampaign", () => {
  it("finds the share of churners that calls save, and the profit of that", () => {
    const people = campaign();
    const { toCall, control, saved, successRate, profit, cost, calibration } = measureCampaign(people, 5);
    expect(toCall.people + control.people).toBe(8000);
    expect(cost).toBe(5 * toCall.people);
    expect(successRate?.value).toBeCloseTo(0.4, 1);
    expect(holds(successRate, 0.4)).toBe(true);
    expect(profit?.value).toBeCloseTo((saved?.value ?? 0) * 100 - cost, 6);
    expect(holds(calibration, 1)).toBe(true);
  });
  it("has intervals that hold the truth in about 95 of 100 campaigns", () => {
    let hits = 0;
    for (let k = 0; k < 300; k++) {
      const people = campaign({ n: 600, seed: `draw ${k}` });
      const { difference } = measureCampaign(people, 5);
      // the expected difference: a called churner stays with 0.4
      const mean = people.probability.reduce((a, b) => a + b, 0) / 600;
      if (holds(difference, 0.4 * mean)) hits++;
    }
    expect(hits).toBeGreaterThan(275);
  });
  it("keeps who was not reached in the group that chance gave them, and scales the success rate to the reached", () => {
    const { difference, successRate, toCall } = measureCampaign(campaign({ n: 40_000, reach: 0.5 }), 5);
    expect(toCall.called / toCall.people).toBeCloseTo(0.5, 1);
    expect(holds(difference, 0.5 * 0.4 * 0.35)).toBe(true);
    expect(successRate?.value).toBeCloseTo(0.4, 1);
  });
  it("says nothing of an effect without a control group", () => {
    const people = campaign({ n: 50, control: 0 });
    expect(measureCampaign(people, 5)).toMatchObject({
      difference: null,
      saved: null,
      profit: null,
      calibration: null,
    });
    expect(whole(people)).toMatchObject({ next: "not told" });
  });
});

describe("advise", () => {
  it("says that nothing can be told where the interval holds 0", () => {
    const { next, words } = whole(campaign({ n: 300, success: 0.05 }));
    expect(next).toBe("not told");
    expect(words.join(" ")).toContain("which holds 0");
    expect(words.join(" ")).toContain("cannot be told whether the calls save anybody");
  });
  it("makes a list longer that ended where contacts still pay, and shorter where they do not", () => {
    // a contact pays from 5 / (0.8 × 100) on: the list ended at 0.1
    expect(whole(campaign({ success: 0.8 })).next).toBe("longer");
    // from 5 / (0.2 × 100) on
    const short = whole(campaign({ n: 20_000, success: 0.2 }));
    expect(short.next).toBe("shorter");
    expect(short.words.join(" ")).toMatch(/should be shorter, without the \d+\.\d% of the list below/);
  });
  it("says that calls do harm", () => {
    const people = campaign({ success: 0 });
    const harmed = { ...people, left: people.left.map((each, i) => (people.called[i] && i % 3 === 0 ? 1 : each)) };
    const { next, words } = whole(harmed);
    expect(next).toBe("shorter");
    expect(words.join(" ")).toContain("stop calling until it is known why");
    expect(words[0]).toContain("nobody was saved");
  });
  it("says whether the probabilities hold, by the control group", () => {
    expect(whole(campaign()).words.join(" ")).toContain("the probabilities hold as far as this can tell");
    expect(whole(campaign({ shift: 0.2 })).words.join(" ")).toContain("the probabilities are too low");
    expect(whole(campaign({ shift: -0.1 })).words.join(" ")).toContain("the probabilities are too high");
  });
});
