import { describe, expect, it } from "vitest";
import { dateOf, dayOf } from "../../core/days.js";
import { random } from "../../core/random.js";
import { judgeDays } from "./judge-days.js";

const START = dayOf("2024-01-01");

/** Judges a log of so many days from 2024-01-01, a Monday, with the rows that a function gives. */
function judge(
  days: number,
  rowsOf: (at: number) => number,
  byHand: Record<string, boolean> = {},
  more: [string, number][] = [],
) {
  const log = new Map(Array.from({ length: days }, (_, at) => [START + at, rowsOf(at)]));
  for (const [day, rows] of more) log.set(dayOf(day), rows);
  const found = [...log].filter(([, rows]) => rows > 0).sort(([a], [b]) => a - b);
  const judged = judgeDays(
    { days: found.map(([day]) => day), rows: found.map(([, rows]) => rows) },
    new Map(Object.entries(byHand).map(([day, covered]) => [dayOf(day), covered])),
  );
  return (
    judged && {
      first: dateOf(judged.first),
      last: dateOf(judged.last),
      uncovered: judged.uncovered.map(({ day, reason }) => `${dateOf(day)} ${reason}`),
    }
  );
}

describe("judgeDays", () => {
  it("covers every day of a log that is whole, weekly rhythm and noise included", () => {
    const draw = random("rows of a day");
    const noisy = (at: number) => Math.round((at % 7 > 4 ? 30 : 130) * (0.8 + 0.4 * draw.next()));
    expect(judge(90, noisy)).toEqual({ first: "2024-01-01", last: "2024-03-30", uncovered: [] });
    expect(judgeDays({ days: [], rows: [] })).toBeUndefined();
    expect(judge(1, () => 1)?.uncovered).toEqual([]);
  });

  it.each([["1970-01-05"], ["2023-11-01"], ["2024-11-20"], ["2204-01-01"]])(
    "leaves a stray %s out of the range",
    (day) => {
      expect(judge(90, () => 130, {}, [[day, 1]])).toEqual({
        first: "2024-01-01",
        last: "2024-03-30",
        uncovered: [`${day} far from the others`],
      });
    },
  );

  it("leaves out a stray day that is near, and the empty ones before it", () => {
    expect(judge(90, () => 130, {}, [["2024-03-31", 1]])).toMatchObject({
      last: "2024-03-30",
      uncovered: ["2024-03-31 few rows"],
    });
    const later = judge(90, () => 130, {}, [["2024-04-09", 1]]);
    expect(later).toMatchObject({ last: "2024-03-30" });
    expect(later?.uncovered).toHaveLength(10);
  });

  it("finds missing days, and one that is there in part", () => {
    const rows = (at: number) => (at >= 62 && at <= 64 ? 0 : at === 40 ? 9 : 130);
    expect(judge(90, rows)?.uncovered).toEqual([
      "2024-02-10 few rows",
      "2024-03-03 no rows",
      "2024-03-04 no rows",
      "2024-03-05 no rows",
    ]);
  });

  it("finds a stretch of missing weeks", () => {
    expect(judge(120, (at) => (at >= 40 && at < 75 ? 0 : 130))?.uncovered).toHaveLength(35);
  });

  it("covers the weekday on which a shop is always closed, and one on which it is every second time", () => {
    expect(judge(90, (at) => (at % 7 === 6 ? 0 : 50))?.uncovered).toEqual([]);
    expect(judge(90, (at) => (at % 14 === 6 ? 0 : 50))?.uncovered).toEqual([]);
    expect(judge(10, (at) => (at % 7 === 6 ? 0 : 50))?.uncovered).toEqual(["2024-01-07 no rows"]);
  });

  it("finds a missing day beside closed ones", () => {
    expect(judge(90, (at) => (at % 7 === 6 || at === 45 ? 0 : 50))?.uncovered).toEqual(["2024-02-15 no rows"]);
  });

  it("takes a sparse log, one that grows and one that runs out as they are", () => {
    const draw = random("sparse");
    expect(judge(200, () => (draw.next() < 0.3 ? 1 : 0))?.uncovered).toEqual([]);
    expect(judge(12 * 30, (at) => (at % 30 === 0 ? 40 : 0))?.uncovered).toEqual([]);
    expect(judge(90, (at) => 2 + Math.round(at ** 1.5))?.uncovered).toEqual([]);
    expect(judge(90, (at) => 2 + Math.round((89 - at) ** 1.5))?.uncovered).toEqual([]);
  });

  it("believes what is said by hand", () => {
    const rows = (at: number) => (at === 40 ? 0 : 130);
    expect(judge(90, rows, { "2024-02-10": true })?.uncovered).toEqual([]);
    expect(judge(90, rows, { "2024-02-11": false })?.uncovered).toEqual([
      "2024-02-10 no rows",
      "2024-02-11 said by hand",
    ]);
    expect(judge(90, () => 130, { "2024-03-31": true })).toMatchObject({ last: "2024-03-31", uncovered: [] });
  });
});
