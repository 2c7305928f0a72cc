import { expect, it } from "vitest";
import { random } from "../core/random.js";
import { fitMonitor } from "../monitoring/engine/fit-monitor.js";
import { verdictOf } from "./verdict.js";

const DAY = 86_400_000;
const START = Date.UTC(2024, 2, 1);

interface Row {
  score: number;
  pred: number;
  churned: number;
  x: number;
  z: number;
  plan: string | null;
}

type Change = (row: Row, k: number, day: number, rng: ReturnType<typeof random>) => Row | null;

/** Two hundred rows a day; `change` makes another row of each, or drops it. */
function world(seed: string, firstDay: number, days: number, change: Change = (row) => row) {
  const rng = random(seed);
  const rows: (Row & { at: number })[] = [];
  for (let i = 0; i < days * 200; i++) {
    const [day, k] = [firstDay + Math.floor(i / 200), i % 200];
    const [x, z] = [rng.normal(), rng.normal()];
    const p = 1 / (1 + Math.exp(1 - 1.3 * x));
    const churned = rng.next() < p ? 1 : 0;
    const row = change({ score: p, pred: p > 0.5 ? 1 : 0, churned, x, z, plan: "abc"[k % 3] }, k, day, rng);
    if (row) rows.push({ ...row, at: START + day * DAY + k * 400_000 });
  }
  return {
    timestamp: rows.map(({ at }) => at),
    yPredProba: rows.map(({ score }) => score),
    yPred: rows.map(({ pred }) => pred),
    yTrue: rows.map(({ churned }) => churned),
    columns: { x: rows.map(({ x }) => x), z: rows.map(({ z }) => z), plan: rows.map(({ plan }) => plan) },
  };
}

const metrics = ["roc_auc", "f1", "confusion_matrix"] as const;
const monitor = await fitMonitor(world("reference", 0, 10), {
  chunking: { period: "D" },
  realized: { metrics },
  cbpe: { metrics: ["roc_auc", "f1"] },
  univariate: {},
  pca: {},
  missing: {},
  unseen: {},
  range: {},
  stats: { statistics: ["avg"] },
});
const judge = async (change?: Change, days = 5) =>
  verdictOf(await monitor.measure(world("analysis", 10, days, change)));
const gone = Number.NaN;

it("says that all is well where nothing changed, and of one empty cell of 200 as well", async () => {
  expect(await judge()).toMatchObject({ state: "good", changes: [], advice: ["Nothing to do."] });
  const one = await judge((row, k, day) => (day === 11 && k === 100 ? { ...row, x: gone } : row));
  expect(one).toMatchObject({ state: "good", changes: [], past: [] });
});

it("names what broke in the only new day", async () => {
  const verdict = await judge((row) => ({ ...row, x: gone, z: row.z * 1000 }), 1);
  expect(verdict.state).toBe("watch");
  expect(verdict.changes.map(({ column, kind }) => [column, kind])).toEqual([
    ["x", "missing"],
    ["z", "unit"],
  ]);
  expect(verdict.advice[1]).toMatch(
    /^Look at the source of z: its values are [\d,]+ times as large.*Did its unit change\?$/,
  );
});

it("names what broke in the last day of five, and tells what broke in the middle as over", async () => {
  const last = await judge((row, _k, day) => (day === 14 ? { ...row, x: gone } : row));
  expect(last.changes).toMatchObject([{ column: "x", since: "2024-03-15", broken: true }]);
  const middle = await judge((row, _k, day) => (day === 11 ? { ...row, x: gone } : row));
  expect(middle).toMatchObject({ state: "good", changes: [] });
  expect(middle.details.join()).toContain("Over by now: x in 2024-03-12 (missing values up to 100.0 %)");
});

it.each([
  ["nine tenths of the scores are missing", (row: Row, k: number) => (k % 10 ? { ...row, score: gone } : row)],
  [
    "a tenth of scores and classes is missing",
    (row: Row, k: number) => (k % 10 ? row : { ...row, score: gone, pred: gone }),
  ],
  ["scores are constant", (row: Row, _k: number, day: number) => (day === 14 ? { ...row, score: 0.3 } : row)],
  ["classes are constant", (row: Row, _k: number, day: number) => (day === 14 ? { ...row, pred: 0 } : row)],
])("sends people to the scoring job first when %s", async (_, change) => {
  const verdict = await judge(change);
  expect(verdict.state).toBe("bad");
  expect(verdict.advice[0]).toMatch(/^Look at the job that scores first: y_pred/);
});

it("sees scores that rank as before and mean something else", async () => {
  const verdict = await judge((row) => ({ ...row, score: row.score ** 2 }));
  expect(verdict.headline).toContain("scores do not fit what came true any more");
  expect(verdict.details.join()).toMatch(/the mean score less the rate is −0\.\d+, /);
});

it("takes better for better, whatever the metric", async () => {
  const verdict = await judge((row, k) => (k % 10 ? { ...row, churned: row.pred } : row));
  expect(verdict.state).not.toBe("bad");
  const cells = verdict.findings.filter(({ metric, better }) => metric === "false_positive" && better !== null);
  expect(cells).toMatchObject([{ way: "less", better: true }]);
});

it("gives a mean near 0 no percentage and no unit", async () => {
  const verdict = await judge((row, _k, day) => (day >= 12 ? { ...row, z: row.z + 0.8 } : row));
  expect(verdict.changes).toMatchObject([{ column: "z", kind: "drift", since: "2024-03-13" }]);
  expect(verdict.changes[0].text).toMatch(/\(\+0\.\d+ standard deviations\)/);
  expect(verdict.advice.join()).not.toContain("unit");
});

it("calls a column of one value broken", async () => {
  const verdict = await judge((row, _k, day) => (day >= 12 ? { ...row, z: 0 } : row));
  expect(verdict.changes).toMatchObject([{ column: "z", kind: "constant", since: "2024-03-13" }]);
  expect(verdict.advice[0]).toMatch(/^Look at the source of z: one value in 100.0 % of the rows/);
});

it("counts columns, not findings", async () => {
  const verdict = await judge((row, k, day) => (day >= 12 && k % 4 === 0 ? { ...row, plan: "new" } : row));
  expect(verdict.headline).toMatch(/but 1 column changed\.$/);
});

it("does not join a change with one stray row before it", async () => {
  const verdict = await judge((row, k, day) =>
    day >= 13 || (day === 11 && k === 9) ? { ...row, z: row.z * 1000 } : row,
  );
  expect(verdict.changes).toMatchObject([{ column: "z", kind: "unit", since: "2024-03-14" }]);
});

it("takes labels that are late for no drift, and a chunk of one row for no news", async () => {
  const late = await judge((row, k, day) =>
    day >= 13 ? { ...row, churned: row.churned === 1 && k % 2 ? 1 : gone } : row,
  );
  expect(late.state).toBe("good");
  const one = await judge((row, k, day) => (day === 14 && k > 0 ? null : row));
  expect(one.state).toBe("good");
  expect(one.details.join()).toContain("Not judged, since they hold next to no rows: 2024-03-15 with 1 row");
  expect(one.details.join()).not.toMatch(/last chunk \(2024-03-15/);
});
