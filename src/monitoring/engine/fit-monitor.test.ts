import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, it } from "vitest";
import { random } from "../../core/random.js";
import { readMonitoredTable } from "../../watch/read-monitored-table.js";
import { FittedMonitor, fitMonitor } from "./fit-monitor.js";
import { monitorConfig } from "./monitor-config.js";
import { realizedPerformance } from "./realized-performance.js";
import { univariateDrift } from "./univariate-drift.js";

const folder = mkdtempSync(join(tmpdir(), "monitor-"));
afterAll(() => rmSync(folder, { recursive: true }));

const DAY = 86_400_000;

function table(seed: string, firstDay: number, rows = 3000) {
  const { normal, next, int } = random(seed);
  const tenure = Array.from({ length: rows }, () => 400 + 100 * normal());
  const yPredProba = Array.from({ length: rows }, () => next() ** 2);
  return {
    timestamp: yPredProba.map((_, i) => (firstDay + i / 100) * DAY),
    yPredProba,
    yPred: yPredProba.map((score) => (score > 0.5 ? 1 : 0)),
    yTrue: yPredProba.map((score) => (next() < score ? 1 : 0)),
    columns: {
      tenure,
      spend: tenure.map((days) => days / 10 + normal()),
      plan: Array.from({ length: rows }, () => ["basic", "plus"][int(2)]),
    },
  };
}

const config = {
  chunking: { period: "D" },
  realized: { metrics: ["roc_auc", "f1"] as const },
  cbpe: { metrics: ["roc_auc", "average_precision", "f1"] as const },
  univariate: { continuous_methods: ["kolmogorov_smirnov", "jensen_shannon", "wasserstein"] as const },
  pca: {},
  domain_classifier: { max_rows: 600, cv_folds_num: 2 },
  missing: {},
  unseen: {},
  range: {},
  stats: {},
};
const rowsOf = (results: Awaited<ReturnType<FittedMonitor["measure"]>>) =>
  Object.fromEntries(Object.entries(results).map(([name, result]) => [name, result?.toRows()]));

it("measures the same after it was saved and loaded, without the reference's rows", async () => {
  const monitor = await fitMonitor(table("reference", 0), config);
  const path = join(folder, "monitor.json");
  await monitor.save(path);
  const loaded = await FittedMonitor.load(path);
  const analysis = table("analysis", 30);
  expect(rowsOf(await loaded.measure(analysis))).toEqual(rowsOf(await monitor.measure(analysis)));
  expect(statSync(path).size).toBeLessThan(550_000);
});

it("measures one new day as it measures the whole", async () => {
  const monitor = await fitMonitor(table("reference", 0), config);
  const whole = table("analysis", 30);
  const day = <T>(values: T[]) => values.slice(500, 600);
  const one = {
    ...Object.fromEntries(
      Object.entries(whole).map(([key, values]) => [key, Array.isArray(values) ? day(values) : values]),
    ),
    columns: { tenure: day(whole.columns.tenure), spend: day(whole.columns.spend), plan: day(whole.columns.plan) },
  };
  const results = await monitor.measure(one);
  for (const [name, result] of Object.entries(await monitor.measure(whole))) {
    const sixth = result.toLong().filter(({ chunk_key }) => chunk_key === "1970-02-05");
    const alone = results[name as keyof typeof results]?.filter({ period: "analysis" }).toLong();
    expect(alone?.map(({ value, alert }) => [value, alert])).toEqual(sixth.map(({ value, alert }) => [value, alert]));
  }
});

it("refuses a file that is not a saved monitor, and names a file that is not there", async () => {
  expect(() => FittedMonitor.fromJson("{}")).toThrow(/not a saved monitor of format/);
  await expect(FittedMonitor.load(join(folder, "nothing.json"))).rejects.toThrow(/there is no saved monitor at/);
});

it("names an unknown key of the configuration and the nearest there is", async () => {
  expect(() => monitorConfig({ univariate: { continous_methods: [] } })).toThrow(
    /unknown option "continous_methods" in "univariate"\n.*did you mean "continuous_methods"/,
  );
  expect(() => monitorConfig({ realised: {} })).toThrow(/unknown key "realised" in the configuration/);
  await expect(fitMonitor(table("reference", 0), {})).rejects.toThrow(/names nothing to monitor/);
});

const CSV = `when,id,score,churned,plan,active,calls
2024-01-01 10:00:00,a,0.25,0,basic,True,3
2024-01-01 11:00:00,b,0.75,1,None,False,
2024-01-02 10:00:00.500,c,0.5,,"plus, family",True,4.5
`;
const roles = { timestamp: "when", identifier: "id", y_pred_proba: "score", y_true: "churned" };

it("reads CSV, plain and gzip: numbers, categories, truth values and missing cells", async () => {
  writeFileSync(join(folder, "a.csv"), CSV);
  writeFileSync(join(folder, "a.csv.gz"), gzipSync(CSV));
  for (const file of ["a.csv", "a.csv.gz"]) {
    const read = await readMonitoredTable(join(folder, file), roles);
    expect(Array.from(read.timestamp as Float64Array)).toEqual(
      ["2024-01-01T10:00Z", "2024-01-01T11:00Z", "2024-01-02T10:00:00.5Z"].map((text) => Date.parse(text)),
    );
    expect(read.zone).toBe("naive");
    expect(read.yTrue).toEqual(Float64Array.of(0, 1, Number.NaN));
    const { plan, active, calls } = read.columns as Record<string, { codes: Int32Array; levels: string[] }>;
    expect(Array.from(plan?.codes, (code) => plan?.levels[code])).toEqual(["basic", undefined, "plus, family"]);
    expect(Array.from(active?.codes, (code) => active?.levels[code])).toEqual(["True", "False", "True"]);
    expect(calls).toEqual(Float64Array.of(3, Number.NaN, 4.5));
    expect(Object.keys(read.columns ?? {})).toEqual(["plan", "active", "calls"]);
  }
});

it("joins labels from a file of their own and keeps rows whose label is not in yet", async () => {
  writeFileSync(join(folder, "scores.csv"), CSV.replace(",churned", ",old").replace("0.75,1", "0.75,0"));
  writeFileSync(join(folder, "labels.csv"), "id,churned\nc,1\na,0\n");
  const targets = { path: join(folder, "labels.csv"), join: "id" };
  const read = await readMonitoredTable(join(folder, "scores.csv"), roles, targets);
  expect(read.yTrue).toEqual(Float64Array.of(0, Number.NaN, 1));
  writeFileSync(join(folder, "labels.csv"), "id,churned\nc,1\nc,0\n");
  await expect(readMonitoredTable(join(folder, "scores.csv"), roles, targets)).rejects.toThrow(
    /id c has more than one label/,
  );
});

it.each([
  ["05/03/2024 10:00", /column "when" is not an ISO 8601 time: "05\/03\/2024 10:00"/],
  ["2024-01-01T11:00:00+02:00", /column "when" mixes times with and without a zone/],
])("refuses the time %s in a file", async (time, message) => {
  writeFileSync(join(folder, "times.csv"), CSV.replace("2024-01-01 11:00:00", time));
  await expect(readMonitoredTable(join(folder, "times.csv"), roles)).rejects.toThrow(message);
});

it("brings times with offsets to UTC", async () => {
  const zoned = CSV.replace(/^(2024-\S+ [\d:.]+)/gm, "$1+02:00");
  writeFileSync(join(folder, "zoned.csv"), zoned);
  const read = await readMonitoredTable(join(folder, "zoned.csv"), roles);
  expect(read.zone).toBe("utc");
  expect((read.timestamp as Float64Array)[0]).toBe(Date.parse("2024-01-01T08:00Z"));
});

it("names a column with a role that the file does not have", async () => {
  writeFileSync(join(folder, "a.csv"), CSV);
  await expect(readMonitoredTable(join(folder, "a.csv"), { ...roles, y_pred_proba: "scor" })).rejects.toThrow(
    /there is no column "scor"\n.*did you mean "score"/,
  );
});

it("gives the labels of columns their names in results", () => {
  const { yTrue, yPredProba, timestamp } = table("reference", 0);
  const names = { yTrue: "churned", yPredProba: "p" };
  expect(() =>
    realizedPerformance({ reference: { timestamp, yTrue: yTrue.map((y) => 2 * y), yPredProba, names } }),
  ).toThrow(/label 2 in row \d+ of "churned"/);
});

it("does a large table on two threads, and a fault on the other one is told as on this one", async () => {
  const rng = random("two threads");
  const rows = 60_000;
  const column = (value: () => number) => Float64Array.from({ length: rows }, value);
  const reference = {
    yPredProba: column(() => rng.next()),
    yTrue: column(() => Number(rng.next() < 0.3)),
    columns: { calls: column(() => rng.int(40)) },
  };
  const config = { realized: {}, univariate: { column_names: ["calls"] }, stats: { statistics: ["avg" as const] } };
  const large = await (await fitMonitor(reference, config)).measure(reference);
  expect(Object.keys(large)).toEqual(["realized", "univariate", "source", "stats_avg"]);
  expect(large.univariate?.toRows()).toEqual(
    univariateDrift({ reference, analysis: reference, columns: ["calls"] }).toRows(),
  );
  const wrong = { ...config, univariate: { column_names: ["cals"] } };
  await expect(fitMonitor(reference, wrong)).rejects.toMatchObject({ code: "BAD_INPUT", name: "ChurnError" });
  await expect(fitMonitor(reference, wrong)).rejects.toThrow(/no column "cals"\n.*did you mean "calls"/);
});
