import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { download } from "../../src/download/download.js";
import { buildFeatures } from "../../src/features/build-features.js";
import { load } from "../../src/load/load.js";
import type { LoadOptions } from "../../src/load/options.js";
import { campaignMembers, findCampaign, forgetCampaign, keepCampaign } from "../../src/store/campaigns.js";
import { checkStore } from "../../src/store/check-store.js";
import { forgetSubscribers } from "../../src/store/erase/forget.js";
import { retainDays } from "../../src/store/erase/retain.js";
import { rewriteFile } from "../../src/store/erase/rewrite-file.js";
import type { NewBatch } from "../../src/store/new-batch.js";
import { openStore, type Store } from "../../src/store/open-store.js";
import { writePredictions } from "../../src/store/write-predictions.js";
import { stream } from "../../src/stream/stream.js";
import { serversHere, startServer, type TestServer } from "./servers.js";

const SERVERS = serversHere();
const started = new Map<string, TestServer>();
beforeAll(async () => {
  for (const name of SERVERS) started.set(name, await startServer(name));
});
afterAll(async () => {
  for (const server of started.values()) await server.close();
});

const STORES: [string, () => Promise<() => Store>][] = [
  [
    "DuckDB",
    async () => {
      const path = join(mkdtempSync(join(tmpdir(), "erase-")), "churn.duckdb");
      return () => openStore({ path });
    },
  ],
  ...SERVERS.map((name): [string, () => Promise<() => Store>] => [
    name,
    async () => {
      const { url } = await (started.get(name) as TestServer).database();
      return () => openStore({ url, path: join(mkdtempSync(join(tmpdir(), "erase-")), "churn.duckdb") }, () => {});
    },
  ]),
];

const HEADER = "ts,id,calls,mb,record";
/** Events of forty subscribers in sixty days; the 7th, the 11th and every line of `bad` are for the tests. */
const events = (days: number, from = 0) =>
  Array.from({ length: days * 40 }, (_, i) => {
    const [s, d] = [i % 40, from + Math.floor(i / 40)];
    return `${new Date(Date.UTC(2024, 0, 1 + d)).toISOString().slice(0, 10)},${id(s)},${(s + d) % 5},${(s * d) % 9}.5,${from}-${i}`;
  }).filter((_, i) => i % 3 !== 1);
const id = (s: number) => `4917${String(s).padStart(8, "0")}`;
const GONE = [id(7), id(11)];
const isGone = (line: string) => GONE.some((each) => line.includes(each));

describe.each(STORES)("rows taken out of a store in %s", { timeout: 120_000 }, (_name, make) => {
  let folder: string;
  let open: () => Store;
  let store: Store;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "erase-files-"));
    open = await make();
    store = open();
  });
  const rows = (sql: string, of = store) => of.lease((db) => db.rows(sql));
  const file = (name: string, lines: readonly string[], keep = true) => {
    const path = join(folder, keep ? "" : "rest", name);
    mkdirSync(join(folder, keep ? "" : "rest"), { recursive: true });
    writeFileSync(path, `${lines.filter((line) => keep || !isGone(line)).join("\n")}\n`);
    return path;
  };
  /** Loads two files of events, attributes and leavers; with `keep` false those that never had the subscribers. */
  async function fill(into: Store, keep = true, more: LoadOptions = {}) {
    const data_dir = join(folder, keep ? "data" : "rest-data");
    const attributes = ["id,plan", ...Array.from({ length: 30 }, (_, s) => `${id(s)},${s % 2 ? "gold" : "basic"}`)];
    const leavers = ["id,day", `${id(7)},2024-02-20`, `${id(8)},2024-02-21`, `${id(11)},2024-01-05`];
    const bad = [
      `2024-01-09,${id(7)},many,1.5,x`,
      `2024-01-09,${id(8)},some,1,y`,
      `2024-01-10,${id(17)},"x ${id(11)}",1,z`,
    ];
    const options: LoadOptions = {
      ...more,
      data_dir,
      grain: "event",
      columns: { DP_DATE: "ts", DP_MSISDN: "id", DP_DATA_COUNT: "calls", DP_DATA_VOLUME: "mb" },
    };
    for (const [name, lines] of [
      ["one.csv", [...events(50), ...bad]],
      ["two.csv", events(30, 30)],
    ] as const) {
      const source = file(name, [HEADER, ...lines], keep);
      await download({ source, data_dir });
      const until = name === "two.csv" ? "2024-02-25" : null;
      await load(into, {
        ...options,
        source,
        until,
        attributes: { source: file("customers.csv", attributes, keep), subscriber: "id" },
        churned: { source: file("leavers.csv", leavers, keep), subscriber: "id", day: "day" },
      });
    }
    return { ...options, source: join(folder, keep ? "one.csv" : "rest/one.csv") };
  }
  const RECORDS =
    "SELECT CAST(DP_DATE AS VARCHAR) AS day, DP_MSISDN, DP_DATA_COUNT, DP_DATA_VOLUME FROM DP_CDR_Data ORDER BY 1, 2";
  const SUMS = 'SELECT * REPLACE (CAST("Date" AS VARCHAR) AS "Date") FROM DailySummary ORDER BY 1';
  const OTHERS = [
    "SELECT CAST(DP_DATE AS VARCHAR) AS day, DP_MSISDN, DP_DATA_COUNT FROM added_records ORDER BY ALL",
    "SELECT DP_MSISDN, plan FROM subscriber_attributes ORDER BY 1",
    "SELECT DP_MSISDN, CAST(left_on AS VARCHAR) AS day FROM leavers ORDER BY 1",
  ];
  const whole = async (of = store) => expect((await checkStore(of)).checks.filter(({ ok }) => !ok)).toEqual([]);

  it("leave what a store has that never knew the subscribers", async () => {
    await fill(store);
    const rest = openStore({ path: join(folder, "rest.duckdb") });
    await fill(rest, false);
    const result = await forgetSubscribers(store, { subscribers: [...GONE, "nobody", ` ${GONE[0]} `] });
    expect(result).toMatchObject({
      subscribers: 3,
      unknown: 1,
      attributes: 2,
      leavings: 2,
      rejects: 2,
      dryRun: false,
    });
    expect(result.records).toBeGreaterThan(60);
    for (const view of [store, open()]) {
      expect(await rows(RECORDS, view)).toEqual(await rows(RECORDS, rest));
      for (const sql of OTHERS) expect(await rows(sql, view)).toEqual(await rows(sql, rest));
      const [sums, theirs] = [await rows(SUMS, view), await rows(SUMS, rest)];
      expect(sums.map(({ Date: day }) => day)).toEqual(theirs.map(({ Date: day }) => day));
      for (const [i, day] of sums.entries()) {
        expect(day.Total_Data_Purchases).toBe(theirs[i]?.Total_Data_Purchases);
        expect(day.Total_Data_Volume).toBeCloseTo(theirs[i]?.Total_Data_Volume as number, 9);
      }
      // the line of another one, in which the number stands, loses its text, too; who else was set aside keeps it
      expect(await rows("SELECT raw FROM rejects WHERE raw <> '' ORDER BY raw", view)).toEqual([
        { raw: `2024-01-09,${id(8)},some,1,y` },
      ]);
      await whole(view);
    }
    // the numbers stand nowhere any more
    for (const table of await rows("SELECT table_name AS t FROM duckdb_tables() WHERE NOT temporary")) {
      const found = await rows(
        `SELECT count(*) AS n FROM "${table.t}" x WHERE contains(CAST(x AS VARCHAR), '${GONE[0]}')`,
      );
      expect(found, String(table.t)).toEqual([{ n: 0 }]);
    }
  });

  it("are only counted by a dry run", async () => {
    await fill(store);
    const before = await rows(RECORDS);
    const dry = await forgetSubscribers(store, { subscribers: GONE, dryRun: true });
    expect(await rows(RECORDS)).toEqual(before);
    expect(await forgetSubscribers(store, { subscribers: GONE })).toEqual({ ...dry, dryRun: false });
    expect(await retainDays(store, { days: 10, dryRun: true })).toMatchObject({
      last: "2024-02-25",
      from: "2024-02-16",
    });
  });

  it("do not come back with the same file, read in another way, put in its place, posted or streamed", async () => {
    const options = await fill(store);
    await stream(store, { data_dir: join(folder, "data"), batch_size: 40, num_batches: 2, interval: 0 });
    await forgetSubscribers(store, { subscribers: GONE, dataDir: join(folder, "data") });
    const theirs = `SELECT count(*) AS n FROM DP_CDR_Data WHERE DP_MSISDN IN ('${GONE.join("','")}')`;
    const left = await rows(RECORDS);
    // the file is known
    expect(await load(store, options)).toMatchObject({ upToDate: true });
    const again = await load(store, { ...options, empty_cells: "zero" });
    expect(again.rejects).toContainEqual(
      expect.objectContaining({ columnName: "DP_MSISDN", reason: "its subscriber is forgotten", example: "" }),
    );
    expect(await rows(RECORDS)).toEqual(left);
    await load(store, { ...options, replace_file: true });
    expect(await rows(RECORDS)).toEqual(left);
    const replaced = await load(store, { ...options, replace_days: "2024-01-03..2024-01-09" });
    expect(replaced.replacedDays?.removed).toBeGreaterThan(100);
    expect(await rows(`${theirs} AND DP_DATE < DATE '2024-02-01'`)).toEqual([{ n: 0 }]);
    await whole();
    await stream(store, { data_dir: join(folder, "data"), batch_size: 40, num_batches: 99, interval: 0 });
    const posted = await store.commitBatch(post("posted", [GONE[0] as string, "new", GONE[1] as string]));
    expect(posted).toMatchObject({ lines: 3, rows: 1, rejected: 2 });
    expect(await rows("SELECT raw FROM rejects WHERE reason = 'its subscriber is forgotten' AND raw <> ''")).toEqual(
      [],
    );
    for (const view of [store, open()]) {
      expect(await rows(theirs, view)).toEqual([{ n: 0 }]);
      await whole(view);
    }
    // nor with another list of attributes and of leavers
    const people = file("others.csv", [
      "id,plan,day",
      ...[...GONE, id(1), id(2)].map((each) => `${each},x,2024-02-01`),
    ]);
    const { attributes, leavers } = await load(store, {
      ...options,
      attributes: { source: people, subscriber: "id", columns: ["plan"] },
      churned: { source: people, subscriber: "id", day: "day" },
    });
    expect(attributes).toMatchObject({
      subscribers: 2,
      rejects: [{ reason: "its subscriber is forgotten", rows: 2 }],
    });
    expect(leavers).toMatchObject({ subscribers: 2, leavings: 2 });
    // nor when the store is emptied
    await load(store, { ...options, replace: true });
    expect(await rows(theirs)).toEqual([{ n: 0 }]);
    await whole();
  });

  it("are out of snapshots, their file and predictions, too", async () => {
    await fill(store);
    const data_dir = join(folder, "features");
    const { parquet, snapshots } = await buildFeatures(store, { data_dir, set: "behaviour", windows: [7] });
    const users = await rows(
      'SELECT "User" AS u, CAST("Date" - DATE \'1970-01-01\' AS INTEGER) AS d FROM Processed_Data',
    );
    await store.lease((db) =>
      db.transaction(() =>
        writePredictions(
          db,
          { version: "m", features: ["tenure_7d"], table: "Processed_Data", label: "p.M_TENURE_CHURN" },
          "analysis",
          {
            subscriber: users.map(({ u }) => String(u)),
            day: Int32Array.from(users, ({ d }) => Number(d)),
            probability: new Float64Array(users.length).fill(0.5),
            prediction: new Uint8Array(users.length),
            votes: new Float64Array(users.length),
            trees: 1,
          },
        ),
      ),
    );
    const result = await forgetSubscribers(store, { subscribers: GONE, dataDir: data_dir });
    expect(result.filesRewritten).toEqual([parquet]);
    const gone = users.filter(({ u }) => GONE.includes(String(u))).length;
    expect(result).toMatchObject({ snapshots: gone, predictions: gone });
    for (const view of [store, open()]) {
      for (const from of ["Processed_Data", "model_predictions", `read_parquet('${parquet}')`]) {
        const [found] = await rows(
          `SELECT count(*) AS n, count(*) FILTER ("User" IN ('${GONE.join("','")}')) AS gone FROM ${from}`,
          view,
        );
        expect(found, from).toEqual({ n: snapshots - gone, gone: 0 });
      }
      const plan = await rows("SELECT snapshots FROM feature_plans WHERE is_current", view);
      expect(plan).toEqual([{ snapshots: snapshots - gone }]);
    }
    expect(readdirSync(data_dir).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("are out of lists of campaigns, and results know who is left, in another program too", async () => {
    await fill(store);
    const campaign = { modelVersion: "m", day: "2024-02-01", horizon: 14 };
    const settings = { customerValue: 100, contactCost: 5, successRate: 0.2, controlShare: 0.1, coolingOff: 14 };
    const subscriber = Array.from({ length: 20 }, (_, s) => id(s));
    const members = {
      subscriber,
      called: Uint8Array.from(subscriber, (_, i) => Number(i % 5 > 0)),
      probability: Float64Array.from(subscriber, (_, i) => 0.9 - i / 100),
      value: new Float64Array(20).fill(100),
    };
    const first = await store.lease((db) => keepCampaign(db, { ...campaign, settings }, members));
    const last = await store.lease((db) => keepCampaign(db, { ...campaign, settings }, members));
    expect([first, last]).toEqual([1, 2]);
    expect(await open().lease((db) => campaignMembers(db, last))).toEqual(members);
    await store.lease((db) => forgetCampaign(db, first));
    const result = await forgetSubscribers(store, { subscribers: GONE, dataDir: folder });
    expect(result.campaigns).toBe(GONE.filter((each) => subscriber.includes(each)).length);
    for (const each of [store, open()]) {
      const found = await each.lease(async (db) => {
        const known = await findCampaign(db, null);
        return { known, members: known && (await campaignMembers(db, known.id)) };
      });
      expect(found.known).toEqual({ ...campaign, id: 2, settings });
      expect(found.members?.subscriber).toEqual(subscriber.filter((who) => !GONE.includes(who)));
      expect(await each.lease((db) => findCampaign(db, 1))).toBeUndefined();
    }
  });

  it("are those of older days, and the files stay known", async () => {
    const options = await fill(store);
    const before = await rows(RECORDS);
    const result = await retainDays(store, { days: 20 });
    expect(result).toMatchObject({ last: "2024-02-25", from: "2024-02-06", leavings: 1 });
    const expected = before.filter(({ day }) => String(day) >= "2024-02-06");
    expect(result.records).toBe(before.length - expected.length);
    for (const view of [store, open()]) {
      expect(await rows(RECORDS, view)).toEqual(expected);
      expect(await rows('SELECT CAST(min("Date") AS VARCHAR) AS first, count(*) AS n FROM DailySummary', view)).toEqual(
        [{ first: "2024-02-06", n: 20 }],
      );
      await whole(view);
    }
    expect(await load(store, options)).toMatchObject({ upToDate: true });
    expect(await rows(RECORDS)).toEqual(expected);
    expect(await retainDays(store, { days: 20 })).toMatchObject({ records: 0 });
    await expect(retainDays(store, { days: 0 })).rejects.toMatchObject({ code: "BAD_USAGE" });
  });

  it("are the ids of records of older days, too", async () => {
    await fill(store, true, { record_id: "record" });
    const ids = "SELECT count(*) AS n, CAST(min(day) AS VARCHAR) AS first FROM record_ids";
    const [before] = await rows(ids);
    await retainDays(store, { days: 20 });
    for (const view of [store, open()]) {
      const [after] = await rows(ids, view);
      expect(Number(after?.n)).toBeLessThan(Number(before?.n));
      expect(after?.first === null || String(after?.first) >= "2024-02-06").toBe(true);
      await whole(view);
    }
  });

  it("are out after another program has written in between", async () => {
    await fill(store);
    await rows("SELECT 1");
    await open().commitBatch(post("between", [GONE[0] as string, id(1)]));
    await forgetSubscribers(store, { subscribers: GONE });
    for (const view of [store, open()]) {
      expect(await rows(`SELECT count(*) AS n FROM DP_CDR_Data WHERE DP_MSISDN = '${GONE[0]}'`, view)).toEqual([
        { n: 0 },
      ]);
      await whole(view);
    }
  });

  it("wait for a stream to end, and need a store and somebody", async () => {
    await expect(forgetSubscribers(store, { subscribers: GONE })).rejects.toMatchObject({ code: "NO_DATA" });
    expect(existsSync(`${store.path}`)).toBe(false);
    await fill(store);
    const claim = await store.claimStream("a stream");
    await expect(forgetSubscribers(store, { subscribers: GONE })).rejects.toMatchObject({ code: "ALREADY_RUNNING" });
    claim.release();
    await expect(forgetSubscribers(store, { subscribers: [" "] })).rejects.toMatchObject({ code: "BAD_USAGE" });
  });
});

describe("a DuckDB file that is written anew", () => {
  it("has no trace of who is forgotten, and goes on", async () => {
    const folder = mkdtempSync(join(tmpdir(), "erase-anew-"));
    const store = openStore({ path: join(folder, "churn.duckdb") });
    const somebody = "a number that is found as it stands, 4917";
    await store.commitBatch(post("one", [somebody, "b", "c"]));
    const bytes = () => readFileSync(store.path).includes(somebody);
    // the file is closed a moment after the last batch
    await store.lease((db) => db.run("CHECKPOINT"));
    expect(bytes()).toBe(true);
    await forgetSubscribers(store, { subscribers: [somebody] });
    const { after } = await rewriteFile(store);
    expect(bytes()).toBe(false);
    expect(after).toBeGreaterThan(0);
    expect(readdirSync(folder)).toEqual(["churn.duckdb"]);
    const other = openStore({ path: store.path });
    expect(await store.commitBatch(post("two", [somebody, "d", "b"]))).toMatchObject({ rows: 1, rejected: 1 });
    expect(await other.lease((db) => db.rows("SELECT DP_MSISDN AS s FROM DP_CDR_Data ORDER BY 1"))).toEqual(
      ["b", "c", "d"].map((s) => ({ s })),
    );
    expect((await checkStore(other)).ok).toBe(true);
  });
});

describe("taking rows out, killed at any moment", () => {
  it("leaves the store as it was, or as it is to be", { timeout: 240_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "erase-killed-"));
    const store = openStore({ path: join(folder, "churn.duckdb") });
    const days = 60;
    const all = Array.from({ length: days * 2000 }, (_, i) => i);
    await store.commitBatch({
      ...{ kind: "ingest", name: "many", number: 0, source: "posted records", content: "many" },
      rows: {
        columns: {
          DP_DATE: Int32Array.from(all, (i) => 19800 + Math.floor(i / 2000)),
          DP_MSISDN: all.map((i) => `s${i % 2000}`),
          DP_DATA_COUNT: Float64Array.from(all, (i) => i % 9),
        },
      },
    });
    const rows = async () => (await store.lease((db) => db.rows("SELECT count(*) AS n FROM DP_CDR_Data")))[0]?.n;
    let [before, kills] = [await rows(), 0];
    for (let keep = days - 5; keep > 0; keep -= 5) {
      const args = ["bin/churn.js", "store", "retain", "--days", String(keep), "--store.path", store.path];
      const child = spawn(process.execPath, args, { stdio: "ignore" });
      const ended = once(child, "exit");
      // from before it has the file to after it is done
      const kill = setTimeout(() => child.kill("SIGKILL"), 150 * (kills++ % 12) + 300);
      await ended;
      clearTimeout(kill);
      const found = await rows();
      expect([before, keep * 2000]).toContain(found);
      expect((await checkStore(store)).checks.filter(({ ok }) => !ok)).toEqual([]);
      before = found;
    }
    expect(await retainDays(store, { days: 1 })).toMatchObject({ from: "2024-05-16" });
    expect(await rows()).toBe(2000);
  });
});

const post = (name: string, subscribers: string[]): NewBatch => ({
  ...{ kind: "ingest", name, number: 0, source: "posted records", content: name },
  rows: {
    columns: {
      DP_DATE: new Int32Array(subscribers.length).fill(19800),
      DP_MSISDN: subscribers,
      DP_DATA_COUNT: new Float64Array(subscribers.length).fill(1),
    },
  },
});

afterAll(() => {
  for (const name of readdirSync(tmpdir())) {
    if (name.startsWith("erase-")) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
});
