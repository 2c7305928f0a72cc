import { describe, expect, it } from "vitest";
import { random } from "../../core/random.js";
import { missingValues, outOfRangeValues, unseenValues } from "../engine/data-quality.js";
import { reconstructionDrift } from "../engine/reconstruction-drift.js";
import { summaryStatistic } from "../engine/summary-statistics.js";
import { univariateDrift } from "../engine/univariate-drift.js";

const CONTINUOUS = [
  "kolmogorov_smirnov",
  "jensen_shannon",
  "wasserstein",
  "hellinger",
  "population_stability",
] as const;
const CATEGORICAL = ["chi2", "jensen_shannon", "l_infinity", "hellinger", "population_stability"] as const;

function subscribers(seed: string, rows: number) {
  const { normal, next, int } = random(seed);
  const tenure = Array.from({ length: rows }, () => Math.round(365 + 120 * normal()));
  const spend = tenure.map((days) => days / 10 + 5 * normal());
  const plan = Array.from({ length: rows }, () => ["basic", "plus", "max"][int(3)] as string | null);
  const score = Array.from({ length: rows }, () => next());
  return { tenure: tenure as (number | null)[], spend, plan, flat: tenure.map(() => 7), score };
}

const reference = { columns: subscribers("reference", 10_000) };
const chunking = { size: 200 };
type Columns = ReturnType<typeof subscribers>;

function drift(change: (columns: Columns) => void, rows = 2000) {
  const columns = subscribers("analysis", rows);
  change(columns);
  return univariateDrift({
    reference,
    analysis: { columns },
    chunking,
    continuousMethods: CONTINUOUS,
    categoricalMethods: CATEGORICAL,
  }).filter({ period: "analysis" });
}

it("finds a shift and stays quiet without one", () => {
  // 50 measures; three standard deviations let a few in a thousand through
  expect(
    drift(() => {})
      .filter({ columns: "tenure" })
      .alerts().length,
  ).toBeLessThan(3);
  const shifted = drift(({ tenure }) => {
    for (let i = 1000; i < 2000; i++) tenure[i] = (tenure[i] as number) + 200;
  });
  const keys = shifted
    .filter({ columns: "tenure" })
    .alerts()
    .map(({ chunk }) => chunk.chunkIndex);
  expect([...new Set(keys)].filter((key) => key >= 5)).toEqual([5, 6, 7, 8, 9]);
});

describe("a column that is all missing in a chunk", () => {
  const empty = (columns: Columns) => {
    columns.tenure.fill(null, 200, 400);
    columns.plan.fill(null, 200, 400);
  };
  it("has no drift, no alert and a reason, whatever the method", () => {
    const result = drift(empty);
    for (const column of ["tenure", "plan"]) {
      for (const { measures } of result.filter({ columns: column }).series) {
        expect(measures[1]).toMatchObject({ value: null, alert: false, notComputed: "all 200 values are missing" });
      }
    }
  });
  it("has no statistic and no alert, but one for missing values", () => {
    const columns = subscribers("analysis", 2000);
    empty(columns);
    const options = { reference, analysis: { columns }, chunking };
    for (const statistic of ["avg", "sum", "std", "median"] as const) {
      const measure = summaryStatistic(statistic, options).filter({ period: "analysis" }).measures("tenure")[1];
      expect(measure).toMatchObject({ value: null, alert: false, notComputed: "all 200 values are missing" });
    }
    const missing = missingValues(options).filter({ period: "analysis" });
    expect(missing.measures("tenure")[1]).toMatchObject({ value: 1, alert: true });
    expect(missing.measures("tenure")[0]).toMatchObject({ value: 0, alert: false });
  });
});

it("does not alert by chance on a last chunk of five rows", () => {
  const last = drift(() => {}, 1005).series.map(({ key, measures }) => ({ key, last: measures.at(-1) }));
  for (const { key, last: measure } of last) {
    expect(measure?.n).toBe(5);
    // chi2 alerts by its p-value, which knows the number of rows
    if (!key.endsWith("chi2") && !key.endsWith("population_stability")) expect(measure?.alert, key).toBe(false);
  }
  expect(last.some(({ last: measure }) => measure?.note?.startsWith("too few rows to alert: n=5"))).toBe(true);
});

it("refuses a column that is all missing in the reference, by name", () => {
  const columns = { tenure: [null, null, null] };
  const run = (calculate: (options: { reference: { columns: typeof columns } }) => unknown) => () =>
    calculate({ reference: { columns } });
  for (const calculate of [univariateDrift, outOfRangeValues, (o: never) => summaryStatistic("avg", o)]) {
    expect(run(calculate as never)).toThrow('reference: every value of column "tenure" is missing');
  }
});

it("takes no dust for drift on a column that is constant in the reference, and says so", () => {
  const quiet = drift(({ flat }) => {
    flat.fill(7 + 1e-9);
  }).filter({ columns: "flat" });
  for (const { measures } of quiet.series) {
    expect(measures[0]?.value).toBeCloseTo(0, 6);
    expect(measures[0]).toMatchObject({ alert: false, note: "constant in the reference (7)" });
  }
  const moved = drift(({ flat }) => flat.fill(8)).filter({ columns: "flat", metrics: "kolmogorov_smirnov" });
  expect(moved.measures("flat_kolmogorov_smirnov")[0]).toMatchObject({ value: 1, alert: true });
});

it("refuses infinite values in the reference, and leaves them out of a chunk and says so", () => {
  const infinite = subscribers("reference", 2000);
  infinite.spend[5] = Number.POSITIVE_INFINITY;
  expect(() => univariateDrift({ reference: { columns: infinite } })).toThrow(
    'reference: column "spend" has infinite values',
  );
  expect(() => reconstructionDrift({ reference: { columns: infinite } })).toThrow(
    'reference: column "spend" has infinite values',
  );
  const result = drift(({ spend }) => {
    spend[3] = Number.POSITIVE_INFINITY;
  }).filter({ columns: "spend" });
  for (const { measures } of result.series) {
    expect(measures[0]).toMatchObject({ n: 199, note: "1 infinite values are left out" });
    expect(measures[0]?.value).toBeLessThan(20);
  }
  const columns = subscribers("analysis", 2000);
  columns.spend[3] = Number.NEGATIVE_INFINITY;
  const pca = reconstructionDrift({ reference, analysis: { columns }, chunking }).filter({ period: "analysis" });
  expect(pca.measures("reconstruction_error")[0]).toMatchObject({
    n: 199,
    alert: false,
    note: "1 rows with infinite values are left out",
  });
});

it("alerts on a day with few rows by the count of rows", () => {
  const days = (...rows: number[]) =>
    rows.flatMap((count, day) => Array.from({ length: count }, () => day * 86_400_000));
  const result = summaryStatistic("count", {
    reference: { timestamp: days(100, 101, 99, 100, 102) },
    analysis: { timestamp: days(100, 10, 0, 101).map((ms) => ms + 30 * 86_400_000) },
    chunking: { period: "D" },
  }).filter({ period: "analysis" });
  expect(result.measures("rows_count").map(({ value, alert }) => [value, alert])).toEqual([
    [100, false],
    [10, true],
    [0, true],
    [101, false],
  ]);
});

it("counts a new category as unseen and a missing value as missing", () => {
  const columns = subscribers("analysis", 2000);
  columns.plan[0] = "gold";
  columns.plan[1] = null;
  const measure = unseenValues({ reference, analysis: { columns }, chunking, normalize: false })
    .filter({ period: "analysis" })
    .measures("plan")[0];
  expect(measure).toMatchObject({ value: 1, alert: true, note: '"gold"' });
});

it("refuses a column of numbers that comes as text, with both types", () => {
  const columns = { ...subscribers("analysis", 2000), tenure: Array.from({ length: 2000 }, (_, i) => `${i} days`) };
  const message = /analysis: column "tenure" holds text \("0 days"\), not numbers/;
  expect(() => univariateDrift({ reference, analysis: { columns } })).toThrow(message);
  expect(() => reconstructionDrift({ reference, analysis: { columns } })).toThrow(message);
  expect(() => outOfRangeValues({ reference, analysis: { columns } })).toThrow(message);
});

it("refuses a column that mixes text and numbers", () => {
  const columns = { tenure: [1, "two", 3] as never };
  expect(() => univariateDrift({ reference: { columns } })).toThrow('column "tenure" mixes number and string');
});

it("sets the threshold of a column without touching the others", () => {
  const result = univariateDrift({
    reference,
    chunking,
    columns: ["tenure", "spend"],
    columnThresholds: { tenure: { jensen_shannon: { type: "constant", upper: 0.9 } } },
  });
  expect(result.measures("tenure_jensen_shannon")[0]?.upperThreshold).toBe(0.9);
  const alone = univariateDrift({ reference, chunking, columns: ["tenure", "spend"] });
  expect(result.measures("spend_jensen_shannon")).toEqual(alone.measures("spend_jensen_shannon"));
});

it("looks at scores, predictions and labels like at any column", () => {
  const table = (seed: string) => {
    const { score } = subscribers(seed, 2000);
    return {
      yPredProba: score,
      yPred: score.map((s) => (s > 0.5 ? 1 : 0)),
      yTrue: score.map((s) => (s > 0.7 ? 1 : 0)),
    };
  };
  const result = univariateDrift({ reference: table("a"), analysis: table("b"), chunking });
  expect(result.series.map(({ column, columnType }) => [column, columnType])).toEqual([
    ["y_pred_proba", "continuous"],
    ["y_pred", "categorical"],
    ["y_true", "categorical"],
  ]);
});

it("names an unknown method or column and the nearest there is", () => {
  expect(() => univariateDrift({ reference, continuousMethods: ["jensen_shanon" as never] })).toThrow(
    /no method "jensen_shanon" for continuous columns\n.*did you mean "jensen_shannon"/,
  );
  expect(() => univariateDrift({ reference, columns: ["tenur"] })).toThrow(
    /no column "tenur"\n.*did you mean "tenure"/,
  );
});

it("alerts on a broken relation that no single column shows", () => {
  const columns = subscribers("analysis", 2000);
  const shuffled = random("shuffle");
  for (let i = 1999; i > 1000; i--) {
    const j = 1000 + shuffled.int(i - 999);
    [columns.spend[i], columns.spend[j]] = [columns.spend[j], columns.spend[i]];
  }
  const options = { reference, analysis: { columns }, chunking, columns: ["tenure", "spend", "score"] };
  const pca = reconstructionDrift({ ...options, components: 2 }).filter({ period: "analysis" });
  expect(pca.alerts().map(({ chunk }) => chunk.chunkIndex)).toEqual([5, 6, 7, 8, 9]);
  expect(univariateDrift(options).filter({ period: "analysis", columns: "spend" }).alerts().length).toBeLessThan(2);
});
