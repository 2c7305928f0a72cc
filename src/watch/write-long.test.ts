import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { ChunkInfo, Measure } from "../monitoring/calculators/measure.js";
import { MonitoringResult } from "../monitoring/results/monitoring-result.js";
import { inMemory } from "../store/memory-database.js";
import { writeLong } from "./write-long.js";

const chunk = (key: string, chunkIndex: number, startDate: string | null): ChunkInfo => ({
  ...{ key, chunkIndex, startIndex: 0, endIndex: 9, startDate, endDate: startDate, startMs: null, endMs: null },
  ...{ period: chunkIndex ? "analysis" : "reference", rows: 10 },
});
const measure = (value: number | null, more: Partial<Measure> = {}): Measure => ({
  ...{ value, alert: false, n: 10, lowerThreshold: null, upperThreshold: 0.5, ...more },
});

it("writes what toLong gives: texts with quotes, missing numbers and undecided alerts too", async () => {
  const chunks = [chunk("2024-01", 0, "2024-01-01 00:00:00"), chunk("it's", 1, null)];
  const drift = new MonitoringResult(
    "univariate",
    chunks,
    [
      {
        ...{ key: "plan_chi2", metric: "chi2", label: "Chi-squared", column: "plan's" },
        measures: [measure(0.25, { samplingError: 0.01 }), measure(null, { notComputed: "no rows", note: '"a", b' })],
      },
    ],
    ["value"],
  );
  const realized = new MonitoringResult(
    "realized",
    chunks,
    [
      {
        key: "f1",
        metric: "f1",
        label: "F1",
        measures: [measure(1 / 3, { alert: null }), measure(1, { alert: true })],
      },
    ],
    ["value"],
  );
  const folder = mkdtempSync(join(tmpdir(), "write-long-"));
  try {
    const path = await writeLong(join(folder, "results.parquet"), [drift, realized]);
    const rows = await inMemory((db) => db.rows(`SELECT * FROM read_parquet('${path}')`));
    expect(rows).toEqual([...drift.toLong(), ...realized.toLong()]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
