import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { random } from "../core/random.js";
import { download } from "../download/download.js";
import { buildFeatures } from "../features/build-features.js";
import { load } from "../load/load.js";
import { openStore } from "../store/open-store.js";
import { readDataset, snapshotTable, staysOnlyNotes } from "./read-dataset.js";

const folder = await mkdtemp(join(tmpdir(), "stays-only-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

const START = Date.UTC(2024, 0, 1);
const dayAt = (d: number) => new Date(START + d * 86_400_000).toISOString().slice(0, 10);

/** Days of 200 subscribers of whom one in two hundred leaves each day, without the days from 50 to 54. */
function logWithGap(): string {
  const draw = random("stays-only");
  const lines = ["DP_DATE,DP_MSISDN,DP_MOC_COUNT,DP_MOC_DURATION"];
  for (let s = 0; s < 200; s++) {
    for (let d = 0; d < 100 && draw.next() > 0.005; d++) {
      if ((d < 50 || d > 54) && draw.next() < 0.8) lines.push(`${dayAt(d)},s${s},2,60`);
    }
  }
  return `${lines.join("\n")}\n`;
}

it("days of which it is known only who stays teach nothing, and are named", async () => {
  const source = join(folder, "log.csv");
  await writeFile(source, logWithGap());
  const store = await openStore({ path: join(folder, "store.duckdb") });
  await download({ source, data_dir: folder });
  await load(store, { source, data_dir: folder });
  await buildFeatures(store, { horizon: 10, windows: [7], snapshot_every: 2, data_dir: folder });
  const { notes, fair, plain } = await store.lease(async (db) => {
    const table = await snapshotTable(db);
    const fair = await readDataset(db, table, "true");
    const notes = await staysOnlyNotes(db, table);
    return { notes, fair, plain: await readDataset(db, { ...table, missing: [] }, "true") };
  });
  const rate = (label: Float64Array, day: Int32Array, from: number, to: number) => {
    const some = label.filter(
      (y, i) => !Number.isNaN(y) && day[i] >= START / 86_400_000 + from && day[i] <= START / 86_400_000 + to,
    );
    return { known: some.length, churned: some.reduce((sum, y) => sum + y, 0) };
  };
  // as they stand in the table, the windows that reach into the gap hold nobody who left
  expect(rate(plain.label, plain.day, 42, 49).churned).toBe(0);
  expect(rate(plain.label, plain.day, 42, 49).known).toBeGreaterThan(250);
  expect(rate(fair.label, fair.day, 42, 49).known).toBe(0);
  expect(rate(fair.label, fair.day, 20, 40)).toEqual(rate(plain.label, plain.day, 20, 40));
  expect(notes.join()).toContain("it is known who stays, and not who leaves");
});
