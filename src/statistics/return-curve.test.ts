import { describe, expect, it } from "vitest";
import { returnCurve } from "./return-curve.js";

describe("returnCurve", () => {
  it("is the share of those silent so long that come back, where all silences were seen to their end", () => {
    // 60 pauses of a day, 30 of a week, 10 who never came back in 50 days
    const { survival, back, longest } = returnCurve([
      { days: 1, ended: 60, open: 0 },
      { days: 7, ended: 30, open: 0 },
      { days: 50, ended: 0, open: 10 },
    ]);
    expect(longest).toBe(50);
    expect([survival[0], survival[1], survival[6], survival[7]].map((each) => Number(each.toFixed(12)))).toEqual([
      1, 0.4, 0.4, 0.1,
    ]);
    expect(back[1]).toBeCloseTo(0.75, 12);
    expect(back[6]).toBeCloseTo(0.75, 12);
    expect(back[7]).toBe(0);
  });

  it("counts silences that were still going on for as long as they were seen: Kaplan and Meier by hand", () => {
    const { survival } = returnCurve([
      { days: 1, ended: 1, open: 1 },
      { days: 2, ended: 2, open: 0 },
      { days: 3, ended: 0, open: 1 },
      { days: 4, ended: 1, open: 0 },
    ]);
    // at risk: 6, 4, 2, 1
    const wanted = [1, 5 / 6, (5 / 6) * (2 / 4), (5 / 6) * (2 / 4), 0];
    expect([...survival].map((each) => Number(each.toFixed(12)))).toEqual(
      wanted.map((each) => Number(each.toFixed(12))),
    );
  });

  it("does not go by days that hardly any silence was seen to reach", () => {
    const { longest } = returnCurve([
      { days: 5, ended: 400, open: 100 },
      { days: 90, ended: 3, open: 2 },
    ]);
    expect(longest).toBe(5);
  });

  it("knows nothing of no silences", () => {
    expect(returnCurve([])).toMatchObject({ longest: 0 });
    expect(returnCurve([{ days: 9, ended: 0, open: 50 }]).back[0]).toBe(0);
  });
});
