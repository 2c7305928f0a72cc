import { describe, expect, it } from "vitest";
import type { Feature, FeaturePlan } from "../../features/feature-plan.js";
import { reasonWords } from "./reason-words.js";

const DATA = "M_Data_Sum";
const TALK = "M_Out_Call_Time";
const features: Feature[] = [
  { name: "days_since_last_activity", kind: "days_since_last_activity" },
  { name: "tenure_30d", kind: "tenure", window: 30 },
  { name: "active_days_7d", kind: "active_days", window: 7 },
  { name: "active_days_30d", kind: "active_days", window: 30 },
  ...[DATA, TALK].flatMap((measure): Feature[] => [
    { name: `${measure}_sum_7d`, kind: "sum", measure, window: 7 },
    { name: `${measure}_sum_30d`, kind: "sum", measure, window: 30 },
    { name: `${measure}_trend_7d`, kind: "trend", measure, window: 7 },
    { name: `${measure}_variability_30d`, kind: "variability", measure, window: 30 },
  ]),
  { name: "plan_a", kind: "attribute_is", attribute: "plan", level: "prepaid", title: "plan: prepaid" },
  { name: "plan_b", kind: "attribute_is", attribute: "plan", level: "flat", title: "plan: flat" },
  { name: "age", kind: "attribute", attribute: "age", of: "number", title: "age" },
];
const plan = {
  measures: [
    { name: DATA, column: "DP_DATA_VOLUME", kind: "amount" },
    { name: TALK, column: "DP_MOC_DURATION", kind: "amount" },
  ],
  features,
} as unknown as FeaturePlan;

const words = reasonWords(plan);
const said = (feature: string, row: Record<string, number>) =>
  words.say(words.ideaOf(feature), feature, (name) => row[name] ?? Number.NaN);
/** Use of the last 7 days and of the 23 before. */
const use = (recent: number, before: number, tenure = 30) => ({
  [`${DATA}_sum_7d`]: recent,
  [`${DATA}_sum_30d`]: recent + before,
  tenure_30d: tenure,
});

describe("reasonWords", () => {
  it("puts what is said of one measure under one idea, whichever feature says it", () => {
    const key = (name: string) => words.ideaOf(name).key;
    expect(key(`${DATA}_trend_7d`)).toBe(key(`${DATA}_sum_7d`));
    expect(key(`${TALK}_sum_7d`)).not.toBe(key(`${DATA}_sum_7d`));
    expect(key(`${DATA}_variability_30d`)).not.toBe(key(`${DATA}_sum_7d`));
    expect(key("active_days_7d")).toBe(key("days_since_last_activity"));
    expect(key("plan_a")).toBe(key("plan_b"));
    expect(key("somebody's own")).toBe("somebody's own");
  });
  it.each([
    [use(120, (23 * 400) / 7), "data volume down 70% from the usual 400 MB a week"],
    [use(600, (23 * 400) / 7), "data volume up 50% from the usual 400 MB a week"],
    [use(410, (23 * 400) / 7), "data volume as usual, 400 MB a week"],
    [use(1800, (23 * 400) / 7), "data volume 4.5 times the usual 400 MB a week"],
    [use(0, (23 * 400) / 7), "no data volume in 7 days, usually 400 MB a week"],
    [use(80, 0), "data volume new: 80 MB in the last 7 days, none before"],
    [use(0, 0), "no data volume in 30 days"],
    // there for 14 days only: the usual is that of the 7 before
    [use(200, 400, 14), "data volume down 50% from the usual 400 MB a week"],
    [use(200, 0, 5), "data volume: 200 MB in the last 5 days"],
    [{}, "data volume, sum of 7 days (MB): missing"],
  ])("says how use stands against the usual: %o", (row, text) => {
    expect(said(`${DATA}_sum_7d`, row)).toBe(text);
  });
  it("counts what is too rare for a week over the days before", () => {
    const row = { n_sum_7d: 0, n_sum_30d: 2, tenure_30d: 30 };
    const rare = {
      measures: [{ name: "n", column: "DP_MOC_COUNT", kind: "count" }],
      features: [
        { name: "tenure_30d", kind: "tenure", window: 30 },
        { name: "n_sum_7d", kind: "sum", measure: "n", window: 7 },
        { name: "n_sum_30d", kind: "sum", measure: "n", window: 30 },
      ],
    } as unknown as FeaturePlan;
    const own = reasonWords(rare);
    const text = (values: Record<string, number>) =>
      own.say(own.ideaOf("n_sum_7d"), "n_sum_7d", (name) => values[name]);
    expect(text(row)).toBe("no outgoing calls in 7 days, 2 in the 23 days before");
    expect(text({ ...row, n_sum_7d: 3, n_sum_30d: 5 })).toBe("outgoing calls 4.93 times 2 in the 23 days before");
  });
  it("takes calls and their minutes for one subject, told by the one that weighs more", () => {
    const own = reasonWords({
      measures: [
        { name: "n", column: "DP_MOC_COUNT", kind: "count" },
        { name: "t", column: "DP_MOC_DURATION", kind: "amount" },
        { name: "spend", column: "spend", kind: "amount" },
      ],
      features: ["n", "t", "spend"].map((measure) => ({ name: `${measure}_sum`, kind: "sum", measure, window: 30 })),
    } as unknown as FeaturePlan);
    expect(own.ideaOf("n_sum").key).toBe(own.ideaOf("t_sum").key);
    expect(own.ideaOf("spend_sum").key).not.toBe(own.ideaOf("t_sum").key);
    expect(own.say(own.ideaOf("t_sum"), "t_sum", () => 120)).toContain("outgoing call time");
    expect(own.say(own.ideaOf("n_sum"), "n_sum", () => 4)).toContain("outgoing calls");
  });
  it("says it of levels on a log scale as well, by what is usual ever", () => {
    const own = reasonWords({
      measures: [{ name: DATA, column: "DP_DATA_VOLUME", kind: "amount" }],
      features: [
        { name: "days_since_first_record", kind: "days_since_first_record" },
        { name: "activity_rate", kind: "activity_rate" },
        ...[2, 5, 10].map((half_life) => ({
          name: `activity_${half_life}d`,
          kind: "activity_level",
          half_life,
          window: 30,
        })),
        { name: "sum_30d", kind: "sum", measure: DATA, window: 30 },
        ...[2, 5, 10, "ever"].map((half_life) => ({
          name: `level_${half_life}`,
          kind: "level",
          measure: DATA,
          half_life,
        })),
        { name: "own_7d", kind: "own_level", measure: DATA, window: 7 },
      ],
    } as unknown as FeaturePlan);
    const text = (row: Record<string, number>) =>
      own.say(own.ideaOf("own_7d"), "own_7d", (name) => row[name] ?? Number.NaN);
    // active every other day with 100 MB: 350 MB a week; lately on one day of ten
    const row = {
      sum_30d: 900,
      level_ever: Math.log(101),
      activity_rate: 0.5,
      level_5: Math.log(101),
      activity_5d: 0.1,
    };
    expect(text(row)).toBe("data volume down 80% from the usual 350 MB a week");
    expect(text({ ...row, activity_5d: 0.49 })).toBe("data volume as usual, 350 MB a week");
    expect(text({ ...row, sum_30d: 0 })).toBe("no data volume in 30 days, usually 350 MB a week");
    expect(text({ sum_30d: 0, level_ever: 0, activity_rate: 0.5 })).toBe("no data volume ever");
  });
  it("says how all use stands against the own days before, and what goes out against what comes in", () => {
    const own = reasonWords({
      measures: [
        { name: "o", column: "DP_MOC_COUNT", kind: "count" },
        { name: "i", column: "DP_MTC_COUNT", kind: "count" },
      ],
      features: [
        { name: "all_own_7d", kind: "own_level_all", window: 7 },
        { name: "activity_fall", kind: "cusum_fall", window: 30, ends: [3, 7] },
        { name: "share", kind: "out_share", outgoing: "o", incoming: "i", window: 30 },
      ],
    } as unknown as FeaturePlan);
    const text = (feature: string, value: number) => own.say(own.ideaOf(feature), feature, () => value);
    expect(text("activity_fall", -1.8)).toBe(
      "all use below the own days before in the last 7 days, by 1.8 standard deviations",
    );
    expect(text("share", 0.2)).toBe("20% of outgoing calls and incoming calls are outgoing");
  });
  it("reads seconds as minutes", () => {
    const row = { [`${TALK}_sum_7d`]: 60, [`${TALK}_sum_30d`]: 60 + 23 * 120, tenure_30d: 30 };
    expect(said(`${TALK}_sum_30d`, row)).toBe("outgoing call time down 93% from the usual 14 min a week");
  });
  it.each([
    [{ days_since_last_activity: 12, active_days_30d: 3 }, "silent for 12 days, active on 3 of 30 days"],
    [{ days_since_last_activity: 1, active_days_30d: 29 }, "active the day before, active on 29 of 30 days"],
    [{ days_since_last_activity: Number.NaN }, "never active"],
  ])("says how long it has been silent: %o", (row, text) => {
    expect(said("active_days_7d", row)).toBe(text);
  });
  it("says values of attributes, not the columns that they became", () => {
    expect(said("plan_a", { plan_a: 0, plan_b: 1 })).toBe("plan: flat");
    expect(said("plan_b", { plan_a: 0, plan_b: 0 })).toBe("plan: another one");
    expect(said("age", { age: 44 })).toBe("age: 44");
    expect(said("age", {})).toBe("age: missing");
  });
  it("says how steady use is, and how long somebody has been there", () => {
    expect(said(`${DATA}_variability_30d`, { [`${DATA}_variability_30d`]: 1.234 })).toBe(
      "data volume from day to day: 123% off the mean over 30 days",
    );
    expect(said("tenure_30d", { tenure_30d: 30 })).toBe("first record 30 days ago or more");
    expect(said("tenure_30d", { tenure_30d: 9 })).toBe("first record 9 days ago");
  });
  it("gives name and value without a plan", () => {
    const none = reasonWords(undefined);
    expect(none.say(none.ideaOf("x"), "x", () => 3.21765)).toBe("x 3.22");
  });
});
