import { createHash } from "node:crypto";
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { loadFile } from "../load/load-file.js";
import { type LoadOptions, loadOptions } from "../load/options.js";
import { checkStore } from "../store/check-store.js";
import { openStore, type Store } from "../store/open-store.js";
import { stream } from "./stream.js";
import type { StreamBatch } from "./stream-ledger.js";

let folder: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stream-"));
  store = openStore({ path: join(folder, "churn.duckdb") });
});

const rows = (sql: string) => store.lease((db) => db.rows(sql));
const day = (d: number) => new Date(Date.UTC(2024, 0, d)).toISOString().slice(0, 10);

/** Ten subscribers over so many days; one row is bad. */
async function loadLog(days: number, options: LoadOptions = {}) {
  const lines = ["DP_DATE,DP_MSISDN,DP_MOC_COUNT,DP_DATA_VOLUME,PSEUDO_CHURNED"];
  for (let d = 1; d <= days; d++) {
    for (let s = 0; s < 10; s++)
      lines.push(`${day(d)},s${s},${d + s},${(d * 1.37).toFixed(3)},${s === 9 && d > 15 ? 1 : 0}`);
  }
  lines.push(`${day(days)},s3,-1,1,0`);
  return loadLines("log.csv", lines, options);
}

/** Writes a file of records, and loads it as it is pinned by a download. */
function loadLines(name: string, lines: string[], options: LoadOptions = {}, into = store) {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join("\n")}\n`);
  const sha256 = createHash("sha256").update(readFileSync(path)).digest("hex");
  const file = { path, format: "csv" as const, delimiter: ",", sha256, rows: lines.length - 1 };
  return loadFile(into, file, loadOptions.parse({ source: path, ...options }));
}

/** Lines of ten subscribers from a day to another. */
const linesOf = (from: number, to: number) => [
  "DP_DATE,DP_MSISDN,DP_MOC_COUNT",
  ...Array.from(
    { length: 10 * (to - from + 1) },
    (_, i) => `${day(from + Math.floor(i / 10))},s${i % 10},${(i % 7) + 1}`,
  ),
];

const fast = (options: object) => stream(store, { interval: 0, data_dir: folder, ...options });

describe("stream", () => {
  it("brings the days that the load held back, in order, and stops at the end of the log", async () => {
    await loadLog(20, { until: day(14) });
    const result = await fast({ batch_size: 25, num_batches: 100 });
    expect(result).toMatchObject({ origin: "held-back", rows: 60, exhausted: true });
    expect(result.batches.map((batch) => batch.rows)).toEqual([25, 25, 10]);
    expect(result.batches[0]).toMatchObject({ firstDay: day(15), lastDay: day(17) });
    const whole = openStore({ path: join(folder, "whole.duckdb") });
    const lines = readFileSync(join(folder, "log.csv"), "utf8").trimEnd().split("\n");
    await loadLines("log.csv", lines, {}, whole);
    const content =
      "SELECT * EXCLUDE (id, batch_id) REPLACE (CAST(DP_DATE AS VARCHAR) AS DP_DATE) FROM DP_CDR_Data ORDER BY DP_DATE, DP_MSISDN";
    expect(await rows(content)).toEqual(await whole.lease((db) => db.rows(content)));
    expect(await rows("SELECT count(*) AS n FROM rejects")).toEqual([{ n: 1 }]);
  });

  it("continues at the next batch after an interruption, with nothing lost and nothing doubled", async () => {
    await loadLog(20, { until: day(14) });
    const controller = new AbortController();
    const interrupted = stream(
      store,
      { batch_size: 10, num_batches: 6, interval: 0.05, data_dir: folder },
      { signal: controller.signal, onBatch: ({ number }) => number === 1 && controller.abort() },
    );
    await expect(interrupted).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(await rows("SELECT sum(rows) AS n FROM batches WHERE kind = 'stream'")).toEqual([{ n: 20 }]);
    const result = await fast({ batch_size: 10, num_batches: 6 });
    expect(result).toMatchObject({ resumedAt: 2, rows: 60 });
    expect(await rows("SELECT count(*) AS n FROM DP_CDR_Data")).toEqual([{ n: 200 }]);
    expect(
      await rows(
        `SELECT count(*) AS wrong FROM batches b WHERE rows <> (SELECT count(*) FROM DP_CDR_Data d WHERE d.batch_id = b.batch_id)`,
      ),
    ).toEqual([{ wrong: 0 }]);
    expect(await fast({ batch_size: 10, num_batches: 6 })).toMatchObject({ resumedAt: 6, rows: 60 });
  });

  it("samples the last week again where it is asked to: ids and labels untouched, counts whole, within 10 %", async () => {
    await loadLog(21);
    const result = await fast({ batch_size: 70, num_batches: 2, origin: "resample" });
    expect(result).toMatchObject({ origin: "resample", rows: 140, note: expect.stringContaining("remove-resampled") });
    const pairs =
      await rows(`SELECT s.DP_MSISDN, s.DP_MOC_COUNT AS now, o.DP_MOC_COUNT AS before, s.DP_DATA_VOLUME AS mb, o.DP_DATA_VOLUME AS mb_before,
        s.PSEUDO_CHURNED AS label, o.PSEUDO_CHURNED AS label_before
      FROM DP_CDR_Data s JOIN DP_CDR_Data o ON s.DP_MSISDN = o.DP_MSISDN AND o.DP_DATE = s.DP_DATE - CASE WHEN s.DP_DATE > DATE '${day(28)}' THEN 14 ELSE 7 END
      WHERE s.DP_DATE > DATE '${day(21)}'`);
    expect(pairs).toHaveLength(140);
    for (const pair of pairs) {
      const [now, before, mb, mbBefore] = [pair.now, pair.before, pair.mb, pair.mb_before] as number[];
      expect(Number.isInteger(now)).toBe(true);
      expect(Math.abs(now - before)).toBeLessThanOrEqual(0.1 * before + 0.5);
      expect(Math.abs(mb - mbBefore)).toBeLessThanOrEqual(0.1 * mbBefore + 0.001);
      expect(pair.label).toBe(pair.label_before);
    }
    expect(new Set(pairs.map((pair) => (pair.mb as number) / (pair.mb_before as number))).size).toBeGreaterThan(100);
  });

  it("makes no more rows ready than are soon used, however many are asked for, and stops when it is told", async () => {
    await loadLog(14);
    const stop = new AbortController();
    const begun = performance.now();
    let first = 0;
    const options = {
      origin: "resample",
      batch_size: 1000,
      num_batches: 10_000_000,
      interval: 0,
      data_dir: folder,
    } as const;
    const onBatch = ({ number }: StreamBatch) => {
      if (number === 0) first = performance.now() - begun;
      if (number === 2) stop.abort();
    };
    await expect(stream(store, options, { onBatch, signal: stop.signal })).rejects.toMatchObject({
      code: "INTERRUPTED",
    });
    // ten milliards of rows would take hours
    expect(first).toBeLessThan(60_000);
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
    const made = readdirSync(folder).filter((name) => /^stream_.*\.parquet$/.test(name));
    expect(made).toHaveLength(1);
    expect(statSync(join(folder, made[0])).size).toBeLessThan(20e6);
  });

  it("keeps DailySummary in step with every batch", async () => {
    await loadLog(20, { until: day(14) });
    await fast({ batch_size: 25, num_batches: 100 });
    expect(
      await rows(`SELECT count(*) AS n FROM DailySummary s JOIN (SELECT DP_DATE AS d, sum(DP_MOC_COUNT) AS calls FROM DP_CDR_Data GROUP BY d)
        ON d = s."Date" AND calls = s.Total_Outgoing_Calls`),
    ).toEqual([{ n: 20 }]);
  });

  it("refuses to continue under a name whose stream brought other rows", async () => {
    await loadLog(21);
    await fast({ batch_size: 70, num_batches: 1, origin: "resample" });
    await expect(fast({ batch_size: 70, num_batches: 2, seed: 2, origin: "resample" })).rejects.toThrow(
      /stream "default" began with other rows/,
    );
    const second = await fast({ batch_size: 70, num_batches: 1, seed: 2, name: "second", origin: "resample" });
    expect(second).toMatchObject({ resumedAt: 0, rows: 70 });
    expect(second.batches[0]).toMatchObject({ firstDay: day(29), lastDay: day(35) });
    expect(await fast({ batch_size: 35, num_batches: 3, seed: 2, name: "second", origin: "resample" })).toMatchObject({
      rows: 140,
    });
  });

  it("says when there is nothing to continue, and when an origin does not exist", async () => {
    await expect(fast({})).rejects.toMatchObject({ code: "NO_DATA" });
    await loadLog(21);
    await expect(fast({ origin: "held-back" })).rejects.toMatchObject({ code: "BAD_OPTION" });
    await expect(fast({ origin: "sample" })).rejects.toMatchObject({ code: "BAD_OPTION" });
    await expect(fast({ scenario: "new-segment", origin: "resample" })).rejects.toMatchObject({ code: "BAD_OPTION" });
  });

  it("streams no row of a log that is loaded to its end, unasked, and says what to do", async () => {
    await loadLog(21);
    const result = await fast({});
    expect(result).toMatchObject({ origin: null, rows: 0, batchCount: 0, exhausted: true });
    expect(result.note).toMatch(/nothing to stream: .*--until.*--origin resample/);
    expect(await rows("SELECT count(*) AS n FROM DP_CDR_Data")).toEqual([{ n: 210 }]);
  });

  it("lets rows that were made up give way to those of a log, whole", async () => {
    await loadLines("first.csv", linesOf(1, 14));
    await fast({ batch_size: 50, num_batches: 3, origin: "resample" });
    const loaded = await loadLines("week.csv", linesOf(15, 21));
    expect(loaded).toMatchObject({ rows: 70, rejected: 0, storedBefore: 0, resampledRemoved: 150 });
    expect(await rows("SELECT kind, count(*) AS n FROM batches GROUP BY kind")).toEqual([{ kind: "load", n: 2 }]);
    expect(await rows("SELECT count(*) AS n FROM DP_CDR_Data")).toEqual([{ n: 210 }]);
    expect((await checkStore(store)).checks.filter(({ ok }) => !ok)).toEqual([]);
  });

  it("keeps rows that were made up when a load brings other days", async () => {
    await loadLines("first.csv", linesOf(5, 14));
    await fast({ batch_size: 50, num_batches: 1, origin: "resample" });
    expect(await loadLines("before.csv", linesOf(1, 4))).toMatchObject({ rows: 40, resampledRemoved: 0 });
  });

  it("brings the rows that were held back of every load, by day", async () => {
    for (const [name, from, to] of [
      ["m1.csv", 1, 10],
      ["m3.csv", 21, 30],
      ["m2.csv", 11, 20],
    ] as const) {
      await loadLines(name, linesOf(from, to), { until: day(15) });
    }
    const half = await fast({ batch_size: 25, num_batches: 3 });
    expect(half).toMatchObject({ rows: 75, origin: "held-back", exhausted: false });
    // 15 rows of the eighth day are left for the stream of another name
    const rest = await fast({ batch_size: 1000, num_batches: 9, name: "rest" });
    expect(rest).toMatchObject({ rows: 75, exhausted: true });
    expect(rest.batches[0]).toMatchObject({ firstDay: day(23), lastDay: day(30) });
    expect(await rows("SELECT count(*) AS n, count(DISTINCT DP_DATE) AS days FROM DP_CDR_Data")).toEqual([
      { n: 300, days: 30 },
    ]);
    expect(await rows("SELECT count(*) AS n FROM rejects")).toEqual([{ n: 0 }]);
  });

  it("says that later loads held rows back which are not of the stream that continues", async () => {
    await loadLines("m1.csv", linesOf(1, 10), { until: day(8) });
    await fast({ num_batches: 9 });
    await loadLines("m2.csv", linesOf(11, 20), { until: day(8) });
    const again = await fast({ num_batches: 9 });
    expect(again).toMatchObject({ rows: 20, note: expect.stringMatching(/100 rows were held back .*--name/) });
    expect(await fast({ num_batches: 9, name: "second" })).toMatchObject({ rows: 100 });
  });

  it.each<[string, (path: string) => void]>([
    ["replaced", (path) => writeFileSync(path, readFileSync(path, "utf8").replace(/,(\d)$/gm, ",9$1"))],
    ["grown", (path) => appendFileSync(path, `${day(20)},s77,1\n`)],
    ["cut", (path) => truncateSync(path, 300)],
    ["gone", (path) => rmSync(path)],
  ])("refuses rows of a file that was %s since it was loaded, and names it with its hash", async (_, change) => {
    await loadLines("log.csv", linesOf(1, 14), { until: day(10) });
    const path = join(folder, "log.csv");
    const pinned = createHash("sha256").update(readFileSync(path)).digest("hex");
    change(path);
    await expect(fast({ num_batches: 9 })).rejects.toMatchObject({ code: "BAD_INPUT" });
    await expect(fast({ num_batches: 9 })).rejects.toThrow(new RegExp(`log\\.csv .*${pinned}`));
    expect(await rows("SELECT count(*) AS n FROM DP_CDR_Data")).toEqual([{ n: 100 }]);
  });

  it("continues with the rows that it set out with when the file is gone meanwhile", async () => {
    await loadLines("log.csv", linesOf(1, 14), { until: day(10) });
    await fast({ num_batches: 1, batch_size: 20 });
    renameSync(join(folder, "log.csv"), join(folder, "away.csv"));
    expect(await fast({ num_batches: 9, batch_size: 20 })).toMatchObject({ rows: 40 });
  });

  it("changes the measures of a real log while a scenario is on, and neither before nor after", async () => {
    await loadLog(21);
    const span = { scenario: "price-rise", scenario_day: day(24), scenario_days: 2 };
    await fast({ batch_size: 70, num_batches: 1, ...span, origin: "resample" });
    const changed =
      await rows(`SELECT CAST(s.DP_DATE AS VARCHAR) AS day, sum(s.DP_MOC_COUNT) / sum(o.DP_MOC_COUNT) AS ratio
      FROM DP_CDR_Data s JOIN DP_CDR_Data o ON s.DP_MSISDN = o.DP_MSISDN AND o.DP_DATE = s.DP_DATE - 7
      WHERE s.DP_DATE > DATE '${day(21)}' GROUP BY ALL ORDER BY day`);
    expect(changed.map(({ ratio }) => (ratio as number) < 0.8)).toEqual([
      false,
      false,
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it("brings labels so many days after their rows, also when it was stopped in between", async () => {
    await loadLog(28, { until: day(14) });
    const options = { batch_size: 25, label_delay: 5 };
    await fast({ ...options, num_batches: 2 });
    expect(await rows(`SELECT count(PSEUDO_CHURNED) AS n FROM DP_CDR_Data WHERE DP_DATE > DATE '${day(14)}'`)).toEqual([
      { n: 0 },
    ]);
    await fast({ ...options, num_batches: 100 });
    expect(
      await rows(`SELECT count(*) AS labelled, CAST(max(DP_DATE) AS VARCHAR) AS last, sum(PSEUDO_CHURNED) AS churned
        FROM DP_CDR_Data WHERE DP_DATE > DATE '${day(14)}' AND PSEUDO_CHURNED IS NOT NULL`),
    ).toEqual([{ labelled: 90, last: day(23), churned: 8 }]);
  });

  it("replays by event time: three days at a day in 0.2 s take 0.6 s", async () => {
    await loadLog(20, { until: day(14) });
    const began = performance.now();
    const { batches } = await fast({ batch_size: 10, num_batches: 3, speed: 86_400 / 0.2, interval: 60 });
    const seconds = (performance.now() - began) / 1000;
    expect(batches).toHaveLength(3);
    expect(seconds).toBeGreaterThan(0.6);
    expect(seconds).toBeLessThan(3);
  });

  it("keeps the pace from start to start, whatever the clock on the wall says", async () => {
    await loadLog(20, { until: day(14) });
    const began = performance.now();
    const starts: number[] = [];
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    try {
      const onBatch = ({ seconds, lag }: StreamBatch) => {
        // when it was due: a machine that is busy begins late, and says so
        starts.push(performance.now() - ((seconds as number) + (lag as number)) * 1000 - began);
        vi.setSystemTime(Date.now() - 3_600_000);
      };
      await stream(store, { batch_size: 10, num_batches: 4, interval: 0.3, data_dir: folder }, { onBatch });
    } finally {
      vi.useRealTimers();
    }
    const total = starts[3] - starts[0];
    expect(total).toBeGreaterThan(800);
    expect(total).toBeLessThan(1000);
  });

  it("runs alone: a second stream is refused and shown who streams, and may start when the first has ended", async () => {
    await loadLog(20, { until: day(14) });
    let begun = () => {};
    const started = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const options = { batch_size: 10, num_batches: 3, interval: 0.2, data_dir: folder };
    const first = stream(store, options, { onBatch: () => begun() });
    await started;
    await expect(fast({ name: "second" })).rejects.toMatchObject({ code: "ALREADY_RUNNING" });
    await expect(fast({ name: "second" })).rejects.toThrow(/stream "default" in process \d+/);
    await first;
    expect(await fast({ batch_size: 10, num_batches: 1, name: "second" })).toMatchObject({ batchCount: 1 });
  });
});
