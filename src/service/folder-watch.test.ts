import { appendFileSync, mkdirSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pino from "pino";
import { beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../test/download/temporary-folder.js";
import { loadOptions } from "../load/options.js";
import { openStore, type Store } from "../store/open-store.js";
import { FolderWatch } from "./folder-watch.js";
import { ServiceMetrics } from "./metrics.js";

let folder: string;
let source: string;
let store: Store;
let watch: FolderWatch;
let lines: { msg: string; file?: string; rows?: number }[];
beforeEach(async () => {
  folder = await temporaryFolder();
  source = join(folder, "cdr");
  mkdirSync(source);
  store = openStore({ path: join(folder, "churn.duckdb") });
  lines = [];
  const log = pino({ level: "debug" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const settings = loadOptions.parse({
    ...{ source, data_dir: join(folder, "data"), grain: "event" },
    columns: { DP_DATE: "ts", DP_MSISDN: "sub", DP_MOC_COUNT: "n" },
  });
  watch = new FolderWatch(store, settings, 0.05, log, new ServiceMetrics());
});

const events = (hour: string) => [1, 2].map((s) => `2024-01-05 ${hour}:00:0${s},u${s},1\n`).join("");
const put = (name: string, content: string, into = source) => {
  writeFileSync(join(into, name), `ts,sub,n\n${content}`);
  return join(into, name);
};
const calls = async () =>
  Number((await store.query("SELECT sum(DP_MOC_COUNT) AS n FROM DP_CDR_Data")).objects()[0]?.["n" as never]);
const counted = async (name: string) => (await watch.metrics.registry.getSingleMetric(name)?.get())?.values;

describe("a folder that is watched", () => {
  it("may be empty, and gives files that were still for a look", async () => {
    expect(await watch.look()).toBe(0);
    const path = put("08.csv", events("08"));
    expect(await watch.look()).toBe(0);
    appendFileSync(path, events("09"));
    expect(await watch.look()).toBe(0);
    expect(await watch.look()).toBe(1);
    expect(await calls()).toBe(4);
    expect(await watch.look()).toBe(0);
    expect(lines.map(({ msg }) => msg)).toEqual(["files loaded"]);
    expect(lines[0]).toMatchObject({ files: ["08.csv"], rows: 2 });
  });

  it("gives a file at once that was written elsewhere and renamed into it", async () => {
    await watch.look();
    const path = put("08.csv", events("08"), folder);
    utimesSync(path, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
    renameSync(path, join(source, "08.csv"));
    expect(await watch.look()).toBe(1);
    expect(await calls()).toBe(2);
  });

  it("takes the new lines of a file that grows, when it is still again", async () => {
    const path = put("08.csv", events("08"));
    await watch.look();
    expect(await watch.look()).toBe(1);
    appendFileSync(path, events("09"));
    expect(await watch.look()).toBe(0);
    expect(await watch.look()).toBe(1);
    expect(await calls()).toBe(4);
  });

  it("tells a file that is refused once, and takes the others", async () => {
    put("a.csv", "yesterday,u1,1\n");
    put("b.csv", events("08"));
    writeFileSync(join(source, "c.csv.gz"), "not gzip");
    writeFileSync(join(source, "d.csv"), "id,plan\nu1,gold\n");
    await watch.look();
    expect(await watch.look()).toBe(1);
    expect(await watch.look()).toBe(0);
    const refused = lines.filter(({ msg }) => msg.startsWith("a file was refused"));
    expect(refused.map(({ file }) => file).sort()).toEqual(["a.csv", "c.csv.gz", "d.csv"]);
    expect(await calls()).toBe(2);
    put("a.csv", events("10"));
    await watch.look();
    expect(await watch.look()).toBe(1);
    expect(await calls()).toBe(4);
    expect(await counted("churn_folder_files_total")).toMatchObject([
      { labels: { result: "refused" }, value: 3 },
      { labels: { result: "loaded" }, value: 2 },
    ]);
  });

  it("is looked into again and again until it is stopped, while others write", async () => {
    watch.start();
    // a store is one of events from its first load on
    put("first.csv", events("23"));
    await expect.poll(() => lines.length, { timeout: 20_000 }).toBe(1);
    for (let hour = 0; hour < 5; hour++) {
      put(`${hour}.csv`, events(`0${hour}`));
      await store.commitBatch({
        ...{ kind: "ingest", name: `k${hour}`, number: 0, source: "posted", content: "c" },
        rows: { columns: { DP_DATE: Int32Array.of(19727), DP_MSISDN: ["u1"], DP_MOC_COUNT: Float64Array.of(1) } },
      });
    }
    await expect.poll(calls, { timeout: 20_000 }).toBe(17);
    await watch.stop();
    put("late.csv", events("12"));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await calls()).toBe(17);
    expect(lines.filter(({ msg }) => !msg.startsWith("files loaded"))).toEqual([]);
  });
});
