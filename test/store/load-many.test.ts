import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { download } from "../../src/download/download.js";
import { load } from "../../src/load/load.js";
import { checkStore } from "../../src/store/check-store.js";
import { openStore, type Store } from "../../src/store/open-store.js";
import { stream } from "../../src/stream/stream.js";
import { temporaryFolder } from "../download/temporary-folder.js";

const CHURN = fileURLToPath(new URL("../../bin/churn.js", import.meta.url));

let folder: string;
let source: string;
let store: Store;
beforeEach(async () => {
  folder = await temporaryFolder();
  source = join(folder, "cdr");
  mkdirSync(source);
  store = openStore({ path: join(folder, "churn.duckdb") });
});

const options = () => ({
  ...{ source, data_dir: join(folder, "data"), grain: "event" as const },
  columns: { DP_DATE: "ts", DP_MSISDN: "sub", DP_MOC_COUNT: "n" },
});
const dayOf = (index: number) => new Date(Date.UTC(2021, 0, 1 + index)).toISOString().slice(0, 10);
/** A file of a day, with a late event of the day before; some have quotes, and are read by themselves. */
function put(index: number, events = 50): void {
  const lines = Array.from({ length: events }, (_, i) => `${dayOf(index)} 10:00:00,u${i % 40},1`);
  if (index > 0) lines.push(`${dayOf(index - 1)} 23:59:00,"u1",1`.replaceAll('"', index % 5 ? "" : '"'));
  const content = `ts,sub,n\n${lines.join("\n")}\n`;
  const name = join(source, `${String(index).padStart(4, "0")}.csv`);
  if (index % 3) writeFileSync(name, content);
  else writeFileSync(`${name}.gz`, gzipSync(content));
}
const sums = async () => {
  const found = await store.query("SELECT sum(DP_MOC_COUNT) AS calls, count(*) AS n FROM DP_CDR_Data");
  const [{ calls, n }] = found.objects() as { calls: number; n: number }[];
  return { calls: Number(calls), rows: Number(n) };
};
const faults = async () => (await checkStore(store)).checks.filter(({ ok }) => !ok);

describe("a load of many files", () => {
  it("that is killed again and again loses nothing and doubles nothing", { timeout: 300_000 }, async () => {
    const files = 60;
    for (let index = 0; index < files; index++) put(index, 400);
    const args = [CHURN, "load", "--source", source, "--data-dir", join(folder, "data"), "--grain", "event"];
    const columns = ["--columns", "DP_DATE=ts,DP_MSISDN=sub,DP_MOC_COUNT=n"];
    let kills = 0;
    for (let delay = 900; ; delay += 700) {
      const child = spawn(process.execPath, [...args, ...columns, "--store.path", store.path], { stdio: "ignore" });
      const timer = setTimeout(() => child.kill("SIGKILL"), delay);
      const code = await new Promise((resolve) => child.once("close", resolve));
      clearTimeout(timer);
      if (code === 0) break;
      kills++;
    }
    expect(kills).toBeGreaterThan(0);
    expect(await sums()).toEqual({ calls: files * 400 + files - 1, rows: files * 40 });
    expect((await load(store, options())).files).toMatchObject({ known: files, new: [] });
    expect(await faults()).toEqual([]);
  });

  it("may be of a thousand, and takes one that is new among them", { timeout: 300_000 }, async () => {
    for (let index = 0; index < 1000; index++) put(index);
    expect((await load(store, options())).files).toMatchObject({ count: 1000, known: 0 });
    put(1000);
    expect((await download({ source, data_dir: options().data_dir })).files?.new).toEqual(["1000.csv"]);
    expect((await load(store, options())).files).toMatchObject({ known: 1000, new: ["1000.csv"], rows: 40 });
    expect(await sums()).toEqual({ calls: 1001 * 50 + 1000, rows: 1001 * 40 });
    expect(await faults()).toEqual([]);
  });

  it("holds the days of all files back for the stream, which brings them day by day", {
    timeout: 300_000,
  }, async () => {
    for (let index = 0; index < 12; index++) put(index);
    const result = await load(store, { ...options(), until: dayOf(5) });
    expect(result).toMatchObject({ lastDay: dayOf(5), files: { count: 12 } });
    expect(result.heldBack).toBeGreaterThan(0);
    const days: (string | null)[] = [];
    const onBatch = (batch: { firstDay: string | null }) => void days.push(batch.firstDay);
    const settings = { data_dir: join(folder, "data"), batch_size: 40, num_batches: 50, interval: 0 };
    const streamed = await stream(store, settings, { onBatch });
    expect(streamed).toMatchObject({ origin: "held-back", exhausted: true });
    expect(days).toEqual([...days].sort());
    expect(await sums()).toEqual({ calls: 12 * 50 + 11, rows: 12 * 40 });
    expect(await faults()).toEqual([]);
  });

  it("is streamed from the bytes that were loaded, and a file that changed is named", async () => {
    for (let index = 0; index < 6; index++) put(index);
    await load(store, { ...options(), until: dayOf(2) });
    writeFileSync(join(source, "0004.csv"), "ts,sub,n\n2021-01-05 10:00:00,u1,999\n");
    const settings = { data_dir: join(folder, "data"), batch_size: 40, num_batches: 9, interval: 0 };
    await expect(stream(store, settings)).rejects.toThrow(/0004\.csv is not the file that was loaded/);
    expect(await sums()).toMatchObject({ rows: 3 * 40 });
  });
});
