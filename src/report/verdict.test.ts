import { expect, it } from "vitest";
import { random } from "../core/random.js";
import { fitMonitor } from "../monitoring/engine/fit-monitor.js";
import { monitoringReport } from "./monitoring-report.js";
import { verdictOf } from "./verdict.js";

const DAY = 86_400_000;

/** A churn model on calls and complaints: 200 snapshots a day; from `from` on, `change` works on each row. */
function world(seed: string, firstDay: number, days: number, change: (row: Row, day: number) => void = () => {}) {
  const { normal, next } = random(seed);
  const rows = Array.from({ length: days * 200 }, (_, i) => {
    const row: Row = {
      calls: Math.max(0, 40 + 12 * normal()),
      tenure: 500 + 150 * normal(),
      noise: normal(),
      y: 0,
      score: 0,
    };
    const day = Math.floor(i / 200);
    row.score = 1 / (1 + Math.exp(0.2 * (row.calls - 38) - normal() * 0.1));
    row.y = next() < row.score ? 1 : 0;
    change(row, day);
    return row;
  });
  return {
    timestamp: rows.map((_, i) => (firstDay + i / 200) * DAY),
    yPredProba: rows.map(({ score }) => score),
    yPred: rows.map(({ score }) => (score > 0.5 ? 1 : 0)),
    yTrue: rows.map(({ y }) => y),
    columns: {
      calls: rows.map(({ calls }) => calls),
      tenure: rows.map(({ tenure }) => tenure),
      noise: rows.map(({ noise }) => noise),
    },
  };
}

interface Row {
  calls: number;
  tenure: number;
  noise: number;
  y: number;
  score: number;
}

const config = {
  chunking: { period: "D" },
  realized: { metrics: ["roc_auc"] as const },
  cbpe: { metrics: ["roc_auc"] as const },
  univariate: { continuous_methods: ["jensen_shannon"] as const },
  missing: {},
  stats: { statistics: ["avg"] as const },
};
const monitor = await fitMonitor(world("reference", 0, 30), config);
const judge = (change: (row: Row, day: number) => void) => monitor.measure(world("analysis", 30, 20, change));

it("says that all is well when nothing changed", async () => {
  const verdict = verdictOf(await judge(() => {}));
  expect(verdict).toMatchObject({ state: "good", since: null, changes: [] });
  expect(verdict.headline).toMatch(/^Yes: realized ROC AUC is within its limits/);
});

it("names the column that drifted and the day, and says that performance holds", async () => {
  const verdict = verdictOf(
    await judge((row, day) => {
      if (day >= 8) row.tenure += 300;
    }),
  );
  expect(verdict.state).toBe("watch");
  expect(verdict.headline).toBe("Yes, realized ROC AUC is within its limits, but 1 column changed.");
  expect(verdict.changes[0]).toMatchObject({ column: "tenure", since: "1970-02-08" });
  expect(verdict.changes[0]?.text).toMatch(/^mean 50\d → (79|80)\d \(\+[56]\d %\)/);
});

it("says since when performance is below its limit, and suspects the outcome where no column changed", async () => {
  const verdict = verdictOf(
    await judge((row, day) => {
      if (day >= 10) row.y = row.noise > 0 ? 1 : 0;
    }),
  );
  expect(verdict).toMatchObject({ state: "bad", since: "1970-02-10", changes: [] });
  expect(verdict.headline).toBe("No: realized ROC AUC has been below its limit since 1970-02-10.");
  expect(verdict.advice[0]).toContain("the relation of columns and outcome changed");
});

it("puts broken data first", async () => {
  const verdict = verdictOf(
    await judge((row, day) => {
      if (day >= 12 && row.noise > -0.5) row.calls = Number.NaN;
    }),
  );
  expect(verdict.changes[0]).toMatchObject({ column: "calls", since: "1970-02-12" });
  expect(verdict.advice[0]).toMatch(/^Look at the source of calls: missing values up to \d\d/);
});

it("says so when it rests on an estimate because no label is in", async () => {
  const { yTrue: _, ...unlabelled } = world("analysis", 30, 20);
  const results = await monitor.measure(unlabelled, { calculators: ["cbpe", "univariate"] });
  const verdict = verdictOf(results);
  expect(verdict.headline).toMatch(/^Yes: estimated ROC AUC/);
  expect(verdict.advice.at(-1)).toContain("No label of the analysis is in yet");
});

it("writes one page that asks the network for nothing and escapes what it shows", async () => {
  const results = await judge((row, day) => {
    if (day >= 8) row.tenure += 300;
  });
  const page = await monitoringReport(results, { title: "a <b> & c", warnings: ["<script>alert(1)</script>"] });
  expect(page).toContain("<h1>a &lt;b&gt; &amp; c</h1>");
  expect(page).not.toMatch(/<script|src=|href="http|url\(|@import/);
  const [first = ""] = page.split("</section>");
  expect(first).toContain("Is the model still good?");
  expect(first).toContain("tenure");
  expect(page.length).toBeLessThan(400_000);
});
