import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { loadFile } from "../load/load-file.js";
import { type LoadOptions, loadOptions } from "../load/options.js";
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
  const path = join(folder, "log.csv");
  writeFileSync(path, `${lines.join("\n")}\n`);
  const file = { path, format: "csv" as const, delimiter: ",", sha256: String(days), rows: lines.length - 1 };
  return loadFile(store, file, loadOptions.parse({ source: path, ...options }));
}

const fast = (options: object) => stream(store, { interval: 0, data_dir: folder, ...options });

describe("stream", () => {
  it("brings the days that the load held back, in order, and stops at the end of the log", async () => {
    await loadLog(20, { until: day(14) });
    const result = await fast({ batch_size: 25, num_batches: 100 });
    expect(result).toMatchObject({ origin: "held-back", rows: 60, exhausted: true });
    expect(result.batches.map((batch) => batch.rows)).toEqual([25, 25, 10]);
    expect(result.batches[0]).toMatchObject({ first_day: day(15), last_day: day(17) });
    const whole = openStore({ path: join(folder, "whole.duckdb") });
    const file = { path: join(folder, "log.csv"), format: "csv" as const, delimiter: ",", sha256: "w", rows: 201 };
    await loadFile(whole, file, loadOptions.parse({}));
    const content =
      "SELECT * EXCLUDE (id, batch_id) REPLACE (CAST(DP_DATE AS VARCHAR) AS DP_DATE) FROM DP_CDR_Data ORDER BY DP_DATE, DP_MSISDN";
    expect(await rows(content)).toEqual(await whole.lease((db) => db.rows(content)));
    expect(await rows("SELECT count(*) AS n FROM rejects")).toEqual([{ n: 1 }]);
  });

  it("goes on at the next batch after an interruption, with nothing lost and nothing doubled", async () => {
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
    expect(result).toMatchObject({ resumed_at: 2, rows: 60 });
    expect(await rows("SELECT count(*) AS n FROM DP_CDR_Data")).toEqual([{ n: 200 }]);
    expect(
      await rows(
        `SELECT count(*) AS wrong FROM batches b WHERE rows <> (SELECT count(*) FROM DP_CDR_Data d WHERE d.batch_id = b.batch_id)`,
      ),
    ).toEqual([{ wrong: 0 }]);
    expect(await fast({ batch_size: 10, num_batches: 6 })).toMatchObject({ resumed_at: 6, rows: 60 });
  });

  it("samples the last week again where the log has no more days: ids and labels untouched, counts whole, within 10 %", async () => {
    await loadLog(21);
    const result = await fast({ batch_size: 70, num_batches: 2 });
    expect(result).toMatchObject({ origin: "resample", rows: 140 });
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

  it("keeps DailySummary in step with every batch", async () => {
    await loadLog(20, { until: day(14) });
    await fast({ batch_size: 25, num_batches: 100 });
    expect(
      await rows(`SELECT count(*) AS n FROM DailySummary s JOIN (SELECT DP_DATE AS d, sum(DP_MOC_COUNT) AS calls FROM DP_CDR_Data GROUP BY d)
        ON d = s."Date" AND calls = s.Total_Outgoing_Calls`),
    ).toEqual([{ n: 20 }]);
  });

  it("refuses to go on under a name whose stream brought other rows", async () => {
    await loadLog(21);
    await fast({ batch_size: 70, num_batches: 1 });
    await expect(fast({ batch_size: 70, num_batches: 2, seed: 2 })).rejects.toThrow(
      /stream "default" began with other rows/,
    );
    const second = await fast({ batch_size: 70, num_batches: 1, seed: 2, name: "second" });
    expect(second).toMatchObject({ resumed_at: 0, rows: 70 });
    expect(second.batches[0]).toMatchObject({ first_day: day(29), last_day: day(35) });
    expect(await fast({ batch_size: 35, num_batches: 3, seed: 2, name: "second" })).toMatchObject({ rows: 140 });
  });

  it("says when there is nothing to continue, and when an origin does not exist", async () => {
    await expect(fast({})).rejects.toMatchObject({ code: "NO_DATA" });
    await loadLog(21);
    await expect(fast({ origin: "held-back" })).rejects.toMatchObject({ code: "BAD_OPTION" });
    await expect(fast({ origin: "sample" })).rejects.toMatchObject({ code: "BAD_OPTION" });
    await expect(fast({ scenario: "new-segment" })).rejects.toMatchObject({ code: "BAD_OPTION" });
  });

  it("changes the measures of a real log while a scenario is on, and neither before nor after", async () => {
    await loadLog(21);
    const span = { scenario: "price-rise", scenario_day: day(24), scenario_days: 2 };
    await fast({ batch_size: 70, num_batches: 1, ...span });
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

  it("runs alone: a second stream is told who streams, and may start when the first has ended", async () => {
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
    expect(await fast({ batch_size: 10, num_batches: 1, name: "second" })).toMatchObject({ batch_count: 1 });
  });
});
