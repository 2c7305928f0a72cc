import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CDR_COLUMNS } from "../../src/cdr/columns.js";
import { buildFeatures } from "../../src/features/build-features.js";
import { loadFile } from "../../src/load/load-file.js";
import { type LoadOptions, loadOptions } from "../../src/load/options.js";
import { loadAttributes } from "../../src/load/people/load-attributes.js";
import { loadLeavers } from "../../src/load/people/load-leavers.js";
import { ingest } from "../../src/service/ingest.js";
import { checkStore } from "../../src/store/check-store.js";
import { coverageOf, setCovered } from "../../src/store/coverage/coverage.js";
import { type LogMeasure, logColumns, setMeasures } from "../../src/store/log-columns.js";
import { migrateStore } from "../../src/store/migrate-store.js";
import type { NewBatch } from "../../src/store/new-batch.js";
import { openStore, type Store } from "../../src/store/open-store.js";
import { dailySummary } from "../../src/store/read-daily-summary.js";
import { SCHEMA_VERSION } from "../../src/store/schema.js";
import { stream } from "../../src/stream/stream.js";
import { serversHere, startServer, type TestServer } from "./servers.js";

const HEADER = "DP_DATE,DP_MSISDN,DP_MOC_COUNT,DP_MOC_DURATION,DP_DATA_COUNT,DP_DATA_VOLUME,PSEUDO_CHURNED";
/** Texts that are SQL, or that end a text in one of the languages on the way. */
const WICKED = [
  "x'); DROP TABLE batches; --",
  'a"b',
  "back\\slash",
  "NULL's",
  "'",
  "é😀",
  "tab\there",
  "%_",
  "\\N of it",
  "why?",
];

const SERVERS = serversHere();
const started = new Map<string, TestServer>();
const serverOf = (name: string) => started.get(name) as TestServer;
beforeAll(async () => {
  for (const name of SERVERS) started.set(name, await startServer(name));
});
afterAll(async () => {
  for (const server of started.values()) await server.close();
});

/** Makes the address of an empty store; each call of `open` is another program's view of the same store. */
const STORES: [string, () => Promise<() => Store>][] = [
  [
    "DuckDB",
    async () => {
      const path = join(mkdtempSync(join(tmpdir(), "contract-")), "churn.duckdb");
      return () => openStore({ path });
    },
  ],
  ...SERVERS.flatMap((name) =>
    (["LOAD DATA", "INSERT"] as const).map((way): [string, () => Promise<() => Store>] => [
      `${name} by ${way}`,
      async () => {
        const { url } = await serverOf(name).database();
        // a server that takes no files takes small statements only, too
        const packet = way === "LOAD DATA" ? 1 << 26 : 1 << 20;
        await serverOf(name).root(
          `SET GLOBAL local_infile = ${way === "LOAD DATA" ? 1 : 0}; SET GLOBAL max_allowed_packet = ${packet}`,
        );
        return () => openStore({ url, path: join(mkdtempSync(join(tmpdir(), "contract-")), "churn.duckdb") }, () => {});
      },
    ]),
  ),
];

describe.each(STORES)("a store in %s", { timeout: 120_000 }, (_name, make) => {
  let open: () => Store;
  let store: Store;
  let folder: string;
  beforeEach(async () => {
    open = await make();
    store = open();
    await store.lease(async () => {}, { create: true });
    folder = mkdtempSync(join(tmpdir(), "contract-files-"));
  });

  const load = (content: string, options: LoadOptions = {}, into = store) => {
    const path = join(folder, "log.csv");
    writeFileSync(path, content);
    const sha256 = createHash("sha256").update(content).digest("hex");
    return loadFile(
      into,
      { path, format: "csv", delimiter: ",", sha256, rows: content.trim().split(/[\r\n]+/).length - 1 },
      loadOptions.parse(options),
    );
  };
  const rows = (sql: string, of = store) => of.lease((db) => db.rows(sql));
  const whole = async (of = store) => {
    const { checks, ok } = await checkStore(of);
    expect(checks.filter((each) => !each.ok)).toEqual([]);
    expect(ok).toBe(true);
  };

  it("gives back what was loaded, to the bit, to another program too", async () => {
    const lines = WICKED.map(
      (text, i) =>
        `2024-01-0${(i % 5) + 1},"${text.replaceAll('"', '""')}",${i},${i / 3},7,${Math.PI * 10 ** (i - 5)},${i % 2}`,
    );
    await load([HEADER, ...lines, "2024-01-02,plain,999999999999,0.1,,1e-7,"].join("\n"), { empty_cells: "zero" });
    const read = `SELECT id, CAST(DP_DATE AS VARCHAR) AS day, DP_MSISDN, DP_MOC_COUNT, DP_MOC_DURATION, DP_MTC_COUNT, DP_DATA_VOLUME, PSEUDO_CHURNED
      FROM DP_CDR_Data ORDER BY id`;
    const found = await rows(read);
    expect(found.map((row) => row.DP_MSISDN)).toEqual([...WICKED, "plain"]);
    expect(found.map((row) => row.DP_MOC_DURATION)).toEqual([...WICKED.map((_, i) => i / 3), 0.1]);
    expect(found.map((row) => row.DP_DATA_VOLUME)).toEqual([...WICKED.map((_, i) => Math.PI * 10 ** (i - 5)), 1e-7]);
    expect(found.at(-1)).toMatchObject({ DP_MOC_COUNT: 999999999999, DP_MTC_COUNT: null, PSEUDO_CHURNED: null });
    expect(await rows(read, open())).toEqual(found);
    await whole();
  });

  it("keeps further measures beside those of a call record, and tells them to another program", async () => {
    const spend: LogMeasure = { name: "order", kind: "amount", title: "spend", unit: "GBP", negative: true };
    const longest: LogMeasure = { name: "longest", kind: "count", title: "longest", combine: "max" };
    await load([HEADER, "2024-01-01,a,1,2,3,4,0"].join("\n"), { grain: "event" });
    await store.lease((db) => db.transaction(() => setMeasures(db, [spend, longest])));
    const other = open();
    const post = (name: string, values: [number, number], into: Store) =>
      into.commitBatch({
        ...{ kind: "ingest", name, number: 0, source: "posted records", content: name },
        rows: {
          columns: {
            ...{ DP_DATE: Int32Array.of(19723, 19724), DP_MSISDN: ["a", "b"] },
            ...{ order: Float64Array.of(values[0], 1), longest: Float64Array.of(values[1], Number.NaN) },
          },
        },
      });
    await post("one", [-2.5, 3], other);
    await post("two", [1, 9], store);
    const read = 'SELECT DP_MSISDN, DP_MOC_COUNT, "order", longest FROM DP_CDR_Data ORDER BY DP_MSISDN';
    for (const view of [store, other, open()]) {
      expect(await rows(read, view)).toEqual([
        { DP_MSISDN: "a", DP_MOC_COUNT: 1, order: -1.5, longest: 9 },
        { DP_MSISDN: "b", DP_MOC_COUNT: null, order: 2, longest: null },
      ]);
      expect(await view.recordColumns()).toEqual(await view.lease(logColumns));
      await whole(view);
    }
    // what was emptied begins again with the measures of a call record
    await load([HEADER, "2024-01-01,a,1,2,3,4,0"].join("\n"), { replace: true });
    expect(await open().recordColumns()).toEqual(CDR_COLUMNS);
    await post("three", [0, 0], open()).catch(() => {});
    await whole(open());
  });

  it("keeps measures that are computed: loaded, held back, posted, corrected, and read again", async () => {
    const header = "start,who,type,amount";
    const options: LoadOptions = {
      grain: "event",
      columns: { subscriber: "who", time: "start" },
      measures: {
        spend: { sql: "sum(amount) FILTER (type <> 'call')", unit: "GBP" },
        order: "count_if(type = 'order')",
        largest: "max(amount)",
        DP_MOC_COUNT: "count_if(type = 'call')",
      },
      max_rejects: 1,
    };
    const file = (name: string, lines: string[], more: LoadOptions = {}, into = store) => {
      const path = join(folder, name);
      const content = `${[header, ...lines].join("\n")}\n`;
      writeFileSync(path, content);
      const sha256 = createHash("sha256").update(content).digest("hex");
      const of = { path, source: name, format: "csv" as const, delimiter: ",", sha256, rows: lines.length };
      return loadFile(into, of, loadOptions.parse({ ...options, ...more }));
    };
    const first = ["2024-01-01 08:00,a,order,10", "2024-01-01 09:00,a,return,-2.5", "2024-01-01 09:10,b,call,"];
    const late = ["2024-01-01 23:00,a,order,4", "2024-01-02 10:00,b,order,x", "2024-01-02 11:00,b,order,1"];
    const held = ["2024-01-03 10:00,a,call,7", "2024-01-03 11:00,a,order,7"];
    const loaded = await file("first.csv", first);
    expect(loaded.measures).toMatchObject([
      { name: "DP_MOC_COUNT", total: 1, rows: 2 },
      { name: "spend", title: "spend", unit: "GBP", total: 7.5, rows: 1 },
      { name: "order", total: 1, rows: 2 },
      { name: "largest", total: 10, rows: 1, combine: "max" },
    ]);
    const next = await file("late.csv", [...late, ...held], { until: "2024-01-02" }, open());
    expect(next).toMatchObject({ rows: 1, added: 1, rejected: 1, heldBack: 1 });
    expect(next.rejects).toMatchObject([{ columnName: "amount", reason: "not a number", firstLine: 3 }]);
    expect(await file("late.csv", [...late, ...held], { until: "2024-01-02" })).toMatchObject({ upToDate: true });
    const read = `SELECT CAST(DP_DATE AS VARCHAR) AS day, DP_MSISDN AS who, spend, "order", largest, DP_MOC_COUNT AS calls
      FROM DP_CDR_Data ORDER BY ALL`;
    const all = [
      { day: "2024-01-01", who: "a", spend: 11.5, order: 2, largest: 10, calls: 0 },
      { day: "2024-01-01", who: "b", spend: null, order: 0, largest: null, calls: 1 },
      { day: "2024-01-02", who: "b", spend: 1, order: 1, largest: 1, calls: 0 },
    ];
    for (const view of [store, open()]) expect(await rows(read, view)).toEqual(all);
    await stream(open(), { batch_size: 50, num_batches: 9, interval: 0, data_dir: folder });
    const streamed = { day: "2024-01-03", who: "a", spend: 7, order: 1, largest: 7, calls: 1 };
    for (const view of [store, open()]) expect(await rows(read, view)).toEqual([...all, streamed]);
    await whole();

    const posted = [{ DP_DATE: "2024-01-03", DP_MSISDN: "a", spend: -20, order: 2, largest: 30 }];
    expect(await ingest(open(), posted, "post")).toMatchObject({ merged: 1, rejected: 0 });
    expect(await ingest(store, posted, "post")).toMatchObject({ written: false });
    const refused = [
      { DP_DATE: "2024-01-03", DP_MSISDN: "a", oder: 1 },
      { DP_DATE: "2024-01-03", DP_MSISDN: "c", order: -1 },
    ];
    expect((await ingest(store, refused, "bad")).rejects.map(({ reason }) => reason)).toEqual([
      "no such column; did you mean order?",
      "negative",
    ]);
    const now = { ...streamed, spend: -13, order: 3, largest: 30 };
    for (const view of [store, open()]) expect(await rows(read, view)).toEqual([...all, now]);

    // a corrected file takes the place of what it brought: the largest of a is that of the late one
    const corrected = await file("first.csv", ["2024-01-01 08:00,a,order,3"], { replace_file: true }, open());
    expect(corrected).toMatchObject({ replacedFile: true });
    for (const view of [store, open()]) {
      expect(await rows(read, view)).toEqual([
        { day: "2024-01-01", who: "a", spend: 7, order: 2, largest: 4, calls: 0 },
        all[2],
        now,
      ]);
      await whole(view);
    }
    await expect(
      file("again.csv", first, { measures: { ...options.measures, largest: "min(amount)" } }),
    ).rejects.toThrow('measure largest is kept as "max" in this store, and would be "min"');
    expect(await rows(read, open())).toHaveLength(3);
  });

  it("sets bad rows aside with line, column, reason and raw text", async () => {
    const result = await load(
      [
        HEADER,
        "2024-01-01,a,1,1,1,1,0",
        "2024-13-32,a,1,1,1,1,0",
        ...WICKED.map((text) => `2024-01-01,"${text.replaceAll('"', '""')}",-1,1,1,1,0`),
      ].join("\n"),
      { max_rejects: 1 },
    );
    expect(result).toMatchObject({ rows: 1, rejected: 11, lines: 12 });
    const read = "SELECT line, column_name, reason, raw FROM rejects ORDER BY line";
    const found = await rows(read);
    expect(found[0]).toEqual({
      line: 3,
      column_name: "DP_DATE",
      reason: "not a date YYYY-MM-DD",
      raw: "2024-13-32,a,1,1,1,1,0",
    });
    expect(found[1]).toMatchObject({ line: 4, reason: "negative", raw: `2024-01-01,"${WICKED[0]}",-1,1,1,1,0` });
    expect(await rows(read, open())).toEqual(found);
    await whole();
  });

  it("changes nothing when the same file is loaded again, from whichever program", async () => {
    const text = [HEADER, ...log(5, 4)].join("\n");
    expect(await load(text)).toMatchObject({ rows: 20, upToDate: false });
    expect(await load(text)).toMatchObject({ rows: 20, upToDate: true });
    expect(await load(text, {}, open())).toMatchObject({ rows: 20, upToDate: true });
    expect(await load(text, { replace: true }, open())).toMatchObject({ rows: 20, upToDate: false });
    expect(await rows("SELECT count(*) AS n FROM DP_CDR_Data")).toEqual([{ n: 20 }]);
    await whole();
  });

  it("takes the new rows of a file that has grown, and keeps none of a load that fails", async () => {
    await load([HEADER, ...log(5, 4)].join("\n"));
    expect(await load([HEADER, ...log(5, 6)].join("\n"))).toMatchObject({ rows: 10, storedBefore: 20 });
    const other = log(5, 6).map((line) => line.replace(/,\d,60/, ",9,61"));
    await expect(load([HEADER, ...other].join("\n"))).rejects.toMatchObject({ code: "BAD_INPUT" });
    expect(await rows("SELECT count(*) AS n FROM batches")).toEqual([{ n: 2 }]);
    await whole();
    await whole(open());
  });

  it("keeps nothing of a transaction that fails, here or for others", async () => {
    await load([HEADER, ...log(5, 4)].join("\n"));
    const failing = store.lease((db) =>
      db.transaction(async () => {
        await db.run("DELETE FROM DP_CDR_Data");
        throw new Error("on purpose");
      }),
    );
    await expect(failing).rejects.toThrow("on purpose");
    await whole();
    expect(await rows("SELECT count(*) AS n FROM DP_CDR_Data", open())).toEqual([{ n: 20 }]);
  });

  it("writes a batch once, whoever sends it again, and says what became of each row", async () => {
    const first = await store.commitBatch(batch(0));
    expect(first).toMatchObject({ lines: 10, rows: 10, rejected: 0, storedBefore: 0, written: true });
    expect(await store.commitBatch(batch(0))).toEqual({ ...first, written: false });
    expect(await open().commitBatch(batch(0))).toEqual({ ...first, written: false });
    await expect(store.commitBatch({ ...batch(0), content: "others" })).rejects.toMatchObject({ code: "CONFLICT" });
    const known = batch(1, 5, 0);
    (known.rows as { columns: Record<string, Float64Array> }).columns.DP_MOC_COUNT?.fill(77, 0, 2);
    const second = await store.commitBatch({
      ...known,
      rejects: [{ line: 3, columnName: "DP_DATE", reason: WICKED[0], raw: WICKED[1] }],
    });
    expect(second).toMatchObject({ lines: 11, rows: 5, rejected: 3, storedBefore: 3, written: true });
    expect(await rows("SELECT line, reason FROM rejects ORDER BY line", open())).toMatchObject([
      { line: 1 },
      { line: 2, reason: "contradicts the row of this subscriber and day from batch 1" },
      { line: 3, reason: WICKED[0] },
    ]);
    await whole();
  });

  it("adds up events that are loaded and posted, wherever they meet, and takes a file back", async () => {
    const events = (hour: string, seconds: number) =>
      [HEADER, ...[1, 2, 3].map((s) => `2024-01-05 ${hour}:00:00,e${s},1,${seconds},,,`)].join("\n");
    const options: LoadOptions = { grain: "event", empty_cells: "zero" };
    await load(events("08", 30), { ...options, source: "h08" });
    await load(events("09", 31), { ...options, source: "h09" }, open());
    const post = (name: string, calls: number[]): NewBatch => ({
      ...batch(0),
      ...{ kind: "ingest", name, number: 0, content: name },
      rows: {
        columns: {
          DP_DATE: new Int32Array(calls.length).fill(19727),
          DP_MSISDN: ["e1", "e1", "e4"].slice(0, calls.length),
          DP_MOC_COUNT: Float64Array.from(calls),
        },
      },
    });
    expect(await store.commitBatch(post("p1", [2, 3, 4]))).toMatchObject({ lines: 3, rows: 1, merged: 2, rejected: 0 });
    expect(await open().commitBatch(post("p1", [2, 3, 4]))).toMatchObject({ written: false, merged: 2 });
    expect(await open().commitBatch(post("p2", [10]))).toMatchObject({ rows: 0, merged: 1 });
    const calls = "SELECT DP_MSISDN AS who, DP_MOC_COUNT AS calls, DP_MOC_DURATION AS s FROM DP_CDR_Data ORDER BY who";
    const [e1, e2, e3, e4] = [
      { who: "e1", calls: 17, s: 61 },
      { who: "e2", calls: 2, s: 61 },
      { who: "e3", calls: 2, s: 61 },
      { who: "e4", calls: 4, s: null },
    ];
    expect(await rows(calls)).toEqual([e1, e2, e3, e4]);
    expect(await rows(calls, open())).toEqual([e1, e2, e3, e4]);
    await whole();
    await load(events("08", 40), { ...options, source: "h08", replace_file: true }, open());
    expect(await rows(calls)).toEqual([{ ...e1, s: 71 }, { ...e2, s: 71 }, { ...e3, s: 71 }, e4]);
    await whole();
    expect(await rows("SELECT Total_Outgoing_Calls AS n, Total_Outgoing_Call_Time AS s FROM DailySummary")).toEqual([
      { n: 25, s: 213 },
    ]);
  });

  it("counts a record that is sent twice once, in one file or by another program, and after its file was replaced", async () => {
    const head = `id,${HEADER}`;
    const row = (id: string | number, calls = 1) => `${id},2024-01-01,a,${calls},0,0,0,`;
    const named: LoadOptions = { grain: "event", record_id: "id", source: "a.csv" };
    await load([head, row(1), row("x"), row(1)].join("\n"), named);
    const again = await load([head, row("x"), row(2)].join("\n"), { ...named, source: "b.csv" }, open());
    expect(again).toMatchObject({ sentBefore: 1, added: 1 });
    expect(await rows("SELECT DP_MOC_COUNT AS n FROM DP_CDR_Data", open())).toEqual([{ n: 3 }]);
    const replaced = await load([head, row(1, 5)].join("\n"), { ...named, replace_file: true });
    expect(replaced.notes.join()).toMatch(/1 record of .* had been left out/);
    expect(await rows("SELECT DP_MOC_COUNT AS n FROM DP_CDR_Data", open())).toEqual([{ n: 6 }]);
    await whole();
  });

  it("takes long names, and many rejects at a time", async () => {
    const subscriber = Array.from({ length: 1200 }, (_, i) => `${"😀'".repeat(125)}${i}`);
    const columns = {
      DP_DATE: new Int32Array(1200).fill(19800),
      DP_MSISDN: subscriber,
      DP_MOC_COUNT: new Float64Array(1200).fill(1),
    };
    const rejects = Array.from({ length: 800 }, (_, i) => ({
      ...{ line: 1201 + i, columnName: null, reason: "é", raw: "é'".repeat(1000) },
    }));
    const labels = { subscriber, day: new Int32Array(1200).fill(19800), label: new Float64Array(1200).fill(1) };
    const first = { ...batch(0), rows: { columns }, rejects };
    expect(await store.commitBatch(first)).toMatchObject({ rows: 1200, rejected: 800 });
    expect(await store.commitBatch({ ...first, number: 1, labels })).toMatchObject({ rows: 0, storedBefore: 1200 });
    const counts =
      "SELECT count(*) AS n, sum(PSEUDO_CHURNED) AS labels, max(length(DP_MSISDN)) AS longest FROM DP_CDR_Data";
    expect(await rows(counts, open())).toEqual([{ n: 1200, labels: 1200, longest: 254 }]);
    const lines = subscriber.map((id, i) => `2024-05-01,"${id}",${i},1,1,1,0`);
    expect(await load([HEADER, ...lines].join("\n"))).toMatchObject({ rows: 1200 });
    await whole();
  });

  it("fills labels in that come late", async () => {
    await store.commitBatch(batch(0));
    expect(await rows("SELECT count(PSEUDO_CHURNED) AS n FROM DP_CDR_Data")).toEqual([{ n: 0 }]);
    const labels = { subscriber: ["s1", "s2"], day: Int32Array.of(19800, 19800), label: Float64Array.of(1, 0) };
    await store.commitBatch({ ...batch(1, 0, 1), labels });
    const read = "SELECT DP_MSISDN, PSEUDO_CHURNED FROM DP_CDR_Data WHERE PSEUDO_CHURNED IS NOT NULL ORDER BY 1";
    const found = [
      { DP_MSISDN: "s1", PSEUDO_CHURNED: 1 },
      { DP_MSISDN: "s2", PSEUDO_CHURNED: 0 },
    ];
    expect(await rows(read)).toEqual(found);
    expect(await rows(read, open())).toEqual(found);
    await whole();
  });

  it("keeps DailySummary in step, and sums it again when asked", async () => {
    await load([HEADER, ...log(5, 4)].join("\n"));
    await store.commitBatch({ ...batch(0), name: "days" });
    const table = await dailySummary(store, "2024-01-03");
    expect(table.objects()).toMatchObject([
      { Total_Outgoing_Calls: 5 * 2, Total_Outgoing_Call_Time: 5 * 60 },
      { Total_Outgoing_Calls: 5 * 3, Total_Outgoing_Call_Time: 5 * 60 },
      { Total_Outgoing_Calls: 45 },
    ]);
    await whole();
  });

  it("takes what two programs write at the same time", async () => {
    const other = open();
    const [one, two] = await Promise.all(
      [store, other].map(async (each, k) => {
        const found = [];
        for (let i = 0; i < 10; i++) found.push(await each.commitBatch({ ...batch(i, 1000 * k), name: `stream ${k}` }));
        return found;
      }),
    );
    expect([...(one ?? []), ...(two ?? [])].every(({ rows, written }) => rows === 10 && written)).toBe(true);
    expect(await rows("SELECT count(*) AS n, count(DISTINCT id) AS ids FROM DP_CDR_Data")).toEqual([
      { n: 200, ids: 200 },
    ]);
    await whole();
  });

  it("runs stages that know nothing of the store: stream, features under two plans", async () => {
    await load([HEADER, ...log(20, 40)].join("\n"), { until: "2024-01-30" });
    const streamed = await stream(store, { batch_size: 50, num_batches: 100, interval: 0, data_dir: folder });
    expect(streamed).toMatchObject({ rows: 200, exhausted: true });
    await buildFeatures(store, { horizon: 7, windows: [7], data_dir: folder });
    const made = await buildFeatures(store, { horizon: 5, windows: [3], data_dir: folder });
    const other = await open().query("SELECT * FROM Processed_Data");
    expect(other.numRows()).toBe(made.snapshots);
    expect(other.columnNames()).toEqual((await store.query("SELECT * FROM Processed_Data")).columnNames());
    await whole();
  });

  it("keeps what is said of days by hand, for every program", async () => {
    await load([HEADER, ...log(20, 40).filter((line) => !line.startsWith("2024-01-15"))].join("\n"));
    const uncovered = async () => (await open().lease(coverageOf))?.uncovered.map(({ day }) => day);
    expect(await uncovered()).toEqual(["2024-01-15"]);
    await store.lease((db) => setCovered(db, ["2024-01-15"], true));
    expect(await uncovered()).toEqual([]);
    await store.lease((db) => setCovered(db, ["2024-01-15"], null));
    expect(await uncovered()).toEqual(["2024-01-15"]);
    await whole();
  });

  it("keeps attributes of subscribers and who left, in whatever types the next file has", async () => {
    await load([HEADER, ...log(4, 3)].join("\n"));
    const file = (name: string, lines: string[]) => {
      const path = join(folder, name);
      writeFileSync(path, `${lines.join("\n")}\n`);
      return { source: path, path, sha256: createHash("sha256").update(lines.join()).digest("hex") };
    };
    const settings = (options: LoadOptions) => loadOptions.parse(options);
    const attributes = async (lines: string[], valid_from: string | null = null) => {
      const options = settings({ attributes: { source: "x", subscriber: "id", valid_from } });
      if (options.attributes) await loadAttributes(store, file("a.csv", lines), options.attributes, options);
    };
    await attributes([
      "id,plan,fee,joined,Roaming",
      "s0,gold,1.25,2023-01-31,true",
      "s1,,,,",
      "s2,é😀,1e-7,2020-02-29,false",
    ]);
    const read =
      "SELECT * EXCLUDE (valid_from) REPLACE (CAST(joined AS VARCHAR) AS joined) FROM subscriber_attributes ORDER BY 1";
    const first = [
      { DP_MSISDN: "s0", plan: "gold", fee: 1.25, joined: "2023-01-31", Roaming: true },
      { DP_MSISDN: "s1", plan: null, fee: null, joined: null, Roaming: null },
      { DP_MSISDN: "s2", plan: "é😀", fee: 1e-7, joined: "2020-02-29", Roaming: false },
    ];
    for (const view of [store, open()]) expect(await rows(read, view)).toEqual(first);
    // the same columns hold something else, and a row has the day from which it is valid
    const other = open();
    await rows("SELECT 1", other);
    await attributes(
      ["id,since,plan,fee", "s0,2024-01-01,7,a lot", "s0,2024-02-01,8.5,", "s3,2023-01-01,9,some"],
      "since",
    );
    const again =
      "SELECT DP_MSISDN, CAST(valid_from AS VARCHAR) AS valid_from, plan, fee FROM subscriber_attributes ORDER BY 1, 2";
    for (const view of [store, other, open()]) {
      expect(await rows(again, view)).toEqual([
        { DP_MSISDN: "s0", valid_from: "2024-01-01", plan: 7, fee: "a lot" },
        { DP_MSISDN: "s0", valid_from: "2024-02-01", plan: 8.5, fee: null },
        { DP_MSISDN: "s3", valid_from: "2023-01-01", plan: 9, fee: "some" },
      ]);
    }
    const options = settings({ churned: { source: "x", subscriber: "id", day: "left" } });
    for (const lines of [
      ["id,left", "s0,2024-01-02", "s1,2024-01-03"],
      ["id,left", "s1,2024-01-03", "s1,2024-02-03"],
    ]) {
      if (options.churned) await loadLeavers(store, file("l.csv", lines), options.churned, options);
      for (const view of [store, other, open()]) {
        expect(await rows("SELECT DP_MSISDN || ',' || left_on AS line FROM leavers ORDER BY 1", view)).toEqual(
          lines.slice(1).map((line) => ({ line })),
        );
      }
    }
    await whole();
  });

  it("notices a row that was lost, a row without a batch, and a batch too many", async () => {
    await load([HEADER, ...log(5, 4)].join("\n"));
    await store.lease((db) => db.run("UPDATE batches SET rows = 21, lines = 21"));
    expect((await checkStore(store)).checks.filter(({ ok }) => !ok)).toMatchObject([
      { faults: 1, examples: ["batch 1: 20 rows instead of 21"] },
    ]);
    await store.lease((db) => db.run("DELETE FROM batches"));
    const { ok, checks } = await checkStore(store);
    expect(ok).toBe(false);
    expect(checks.find(({ check }) => check === "no row is without a batch")).toMatchObject({ ok: false, faults: 1 });
  });
});

describe.each(SERVERS)("a store in %s", { timeout: 120_000 }, (serverName) => {
  const fresh = async () => {
    const { url, name } = await serverOf(serverName).database();
    const path = () => join(mkdtempSync(join(tmpdir(), "mysql-")), "churn.duckdb");
    return { url, name, store: openStore({ url, path: path() }), open: () => openStore({ url, path: path() }) };
  };

  it("makes no table and no copy by looking at a database of somebody else", async () => {
    const { store, name } = await fresh();
    const data_dir = join(dirname(store.path), "derived");
    const looks = [
      () => store.query("SELECT 1 AS one"),
      () => checkStore(store),
      () => buildFeatures(store, { data_dir }),
    ];
    for (const look of looks) {
      await expect(look()).rejects.toMatchObject({ code: "NO_DATA", message: expect.stringContaining("no store at") });
    }
    expect(await serverOf(serverName).root("SHOW TABLES", name)).toEqual([]);
    expect([store.path, data_dir].map((path) => existsSync(path))).toEqual([false, false]);
  });

  it("can lose its copy at any time, whole or damaged", async () => {
    const { store } = await fresh();
    await store.commitBatch(batch(0));
    const count = () => store.lease((db) => db.rows("SELECT count(*) AS n FROM DP_CDR_Data"));
    expect(await count()).toEqual([{ n: 10 }]);
    expect(existsSync(store.path)).toBe(true);
    rmSync(store.path);
    expect(await count()).toEqual([{ n: 10 }]);
    writeFileSync(store.path, "not a database any more, in many words".repeat(1000));
    expect(await count()).toEqual([{ n: 10 }]);
    expect(dirname(store.path)).toContain("mysql-");
  });

  it("takes files that programs load at the same time, and a file that two of them load", async () => {
    const { store, open } = await fresh();
    const folder = mkdtempSync(join(tmpdir(), "mysql-files-"));
    const load = (into: Store, name: string) => {
      const path = join(folder, `${name}.csv`);
      writeFileSync(path, [HEADER, ...log(20, 30).map((line) => line.replace(",s", `,${name}`))].join("\n"));
      const file = { path, format: "csv" as const, delimiter: ",", sha256: name, rows: 600 };
      return loadFile(into, file, loadOptions.parse({}));
    };
    await store.lease(async () => {}, { create: true });
    const done = await Promise.all([load(store, "a"), load(open(), "b"), load(open(), "b"), load(open(), "c")]);
    expect(done.map(({ rows, storedBefore }) => [rows, storedBefore])).toEqual(Array(4).fill([600, 0]));
    const counts =
      "SELECT count(*) AS n, count(DISTINCT id) AS ids, count(DISTINCT batch_id) AS batches FROM DP_CDR_Data";
    expect(await open().lease((db) => db.rows(counts))).toEqual([{ n: 1800, ids: 1800, batches: 3 }]);
    expect((await checkStore(store)).checks.filter(({ ok }) => !ok)).toEqual([]);
  });

  it("keeps nothing of rows that were sent ahead of a transaction that fails", async () => {
    const { store, name } = await fresh();
    await store.lease(async () => {}, { create: true });
    const rows = { table: "DP_CDR_Data", batchId: 7, columns: ["id", "DP_DATE", "DP_MSISDN", "batch_id"] };
    const query =
      "SELECT i AS id, DATE '2024-01-01' AS DP_DATE, 's' || i AS DP_MSISDN, 7 AS batch_id FROM range(5000) t(i)";
    const failing = store.lease((db) =>
      db.transaction(async () => {
        await db.insertRows({ ...rows, query });
        throw new Error("on purpose");
      }),
    );
    await expect(failing).rejects.toThrow("on purpose");
    expect(await serverOf(serverName).root("SELECT COUNT(*) AS n FROM DP_CDR_Data", name)).toEqual([{ n: 0 }]);
    expect(await store.lease((db) => db.rows("SELECT count(*) AS n FROM DP_CDR_Data"))).toEqual([{ n: 0 }]);
    expect(await store.commitBatch(batch(0))).toMatchObject({ written: true });
  });

  it("answers CALL GetDailyCDRDataBatch as often as it is called", async () => {
    const { store, name } = await fresh();
    const today = Math.floor(Date.now() / 86_400_000);
    const columns = {
      DP_DATE: new Int32Array(3).fill(today - 1),
      DP_MSISDN: ["a", "b", "c"],
      DP_MOC_COUNT: Float64Array.of(1, 2, 3),
    };
    await store.commitBatch({ ...batch(0), rows: { columns } });
    for (let i = 0; i < 2; i++) {
      const call = "CALL GetDailyCDRDataBatch(CURDATE() - INTERVAL 7 DAY)";
      const [result] = (await serverOf(serverName).root(call, name)) as [unknown[]];
      expect(result).toMatchObject([{ Total_Outgoing_Calls: "6", Total_Data_Volume: null }]);
    }
  });

  it("refuses tables of a newer version, a wrong password, a missing database, and never reveals the password", async () => {
    const { store, url, name } = await fresh();
    await store.lease(async () => {}, { create: true });
    await serverOf(serverName).root("INSERT INTO workbench_schema VALUES (99)", name);
    await expect(openStore({ url, path: store.path }).lease(async () => {})).rejects.toMatchObject({
      code: "STORE_DAMAGED",
      message: expect.stringContaining("version 99"),
    });
    const missing = openStore({ url: url.replace(name, "RawData_none"), path: store.path, wait_seconds: 0 });
    await expect(missing.lease(async () => {})).rejects.toMatchObject({ code: "STORE_UNREACHABLE" });
    expect(() => openStore({ url: url.replace("churn@", "churn:hush@") })).toThrow(/holds a password/);
    expect(() => openStore({ url: url.replace("churn@", "churn:hush@") })).not.toThrow(/hush/);
    const right = process.env.CHURN_MYSQL_PASSWORD;
    process.env.CHURN_MYSQL_PASSWORD = "wrong-word";
    try {
      const denied = openStore({ url, path: store.path }).lease(async () => {});
      await expect(denied).rejects.toMatchObject({ code: "STORE_UNREACHABLE", message: expect.stringContaining(name) });
      await expect(denied).rejects.not.toThrow(/wrong-word/);
    } finally {
      process.env.CHURN_MYSQL_PASSWORD = right;
    }
  });
});

describe.each(SERVERS)("a database of texts without keys in %s", { timeout: 120_000 }, (serverName) => {
  const columns = [
    ...["DP_DATE", "DP_MSISDN", "DP_MOC_COUNT", "DP_MOC_DURATION", "DP_MTC_COUNT", "DP_MTC_DURATION"],
    ...["DP_MOSMS_COUNT", "DP_MTSMS_COUNT", "DP_DATA_COUNT", "DP_DATA_VOLUME", "PSEUDO_CHURNED"],
  ];
  const make = async () => {
    const { url, name } = await serverOf(serverName).database();
    const row = (day: string, id: string, count = "3", label = "0") =>
      `('${day}','${id}','${count}','10.5','1','2','0','0','4','1.25','${label}')`;
    await serverOf(serverName).root(
      `CREATE TABLE DP_CDR_Data (id INT AUTO_INCREMENT PRIMARY KEY, ${columns.map((column) => `${column} VARCHAR(255)`).join(", ")});
       CREATE TABLE DailySummary (Date VARCHAR(255), Total_Outgoing_Calls VARCHAR(255));
       INSERT INTO DP_CDR_Data (${columns.join(", ")}) VALUES ${[
         row("2024-01-01", "491700000001"),
         row("2024-01-02 13:37:11", "491700000001.0", "5.0", "1.0"),
         row("2024-01-02 23:59:59", "491700000001", "5", "1"),
         row("2024-01-02 08:00:00.250000", "493517.25", "3.07", "0.94"),
         row("not a day", "491700000002"),
         row("2024-01-03", "491700000002", "-1"),
         row("2024-01-04", "it''s", "nan", "0"),
       ].join(", ")};
       INSERT INTO DP_CDR_Data (DP_DATE, DP_MSISDN) VALUES ('2024-01-05', 'nulls')`,
      name,
    );
    return {
      name,
      open: () => openStore({ url, path: join(mkdtempSync(join(tmpdir(), "seed-")), "churn.duckdb") }, () => {}),
    };
  };
  const good = [
    { day: "2024-01-01", DP_MSISDN: "491700000001", DP_MOC_COUNT: 3, DP_DATA_VOLUME: 1.25, PSEUDO_CHURNED: 0 },
    { day: "2024-01-02", DP_MSISDN: "491700000001", DP_MOC_COUNT: 5, DP_DATA_VOLUME: 1.25, PSEUDO_CHURNED: 1 },
    { day: "2024-01-04", DP_MSISDN: "it's", DP_MOC_COUNT: null, DP_DATA_VOLUME: 1.25, PSEUDO_CHURNED: 0 },
    { day: "2024-01-05", DP_MSISDN: "nulls", DP_MOC_COUNT: null, DP_DATA_VOLUME: null, PSEUDO_CHURNED: null },
  ];
  const read = (store: Store) =>
    store.lease((db) =>
      db.rows(
        "SELECT CAST(DP_DATE AS VARCHAR) AS day, DP_MSISDN, DP_MOC_COUNT, DP_DATA_VOLUME, PSEUDO_CHURNED FROM DP_CDR_Data ORDER BY DP_DATE",
      ),
    );

  it("is read as it is, and takes nothing", async () => {
    const { open, name } = await make();
    expect(await read(open())).toEqual(good);
    await expect(open().commitBatch(batch(0))).rejects.toMatchObject({ code: "STORE_READ_ONLY" });
    const write = open().lease((db) => db.transaction(() => db.run("DELETE FROM DP_CDR_Data")));
    await expect(write).rejects.toMatchObject({ code: "STORE_READ_ONLY", hint: expect.stringContaining("migrate") });
    expect(await serverOf(serverName).root("SHOW TABLES", name)).toHaveLength(2);
  });

  it("is typed without losing a row: a dry run says how, and what was there is kept", async () => {
    const { open, name } = await make();
    const counts = { lines: 8, rows: 4, rejected: 4, from: null };
    expect(await migrateStore(open(), { dryRun: true })).toMatchObject({ ...counts, dryRun: true });
    expect(await serverOf(serverName).root("SHOW TABLES", name)).toHaveLength(2);
    const done = await migrateStore(open());
    expect(done).toMatchObject({ ...counts, dryRun: false });
    expect(done.backups).toContainEqual({ table: "DP_CDR_Data", backup: "DP_CDR_Data_seed" });
    const [kept] = (await serverOf(serverName).root("SELECT COUNT(*) AS n FROM DP_CDR_Data_seed", name)) as {
      n: number;
    }[];
    expect(kept?.n).toBe(8);
    const store = open();
    expect(await read(store)).toEqual(good);
    const rejects = await store.lease((db) =>
      db.rows("SELECT line, column_name, reason, raw FROM rejects ORDER BY line"),
    );
    expect(rejects).toMatchObject([
      { line: 3, reason: "a second row of this subscriber and day, after row 2" },
      { line: 4, column_name: "DP_MSISDN", reason: expect.stringContaining("digits may be lost") },
      {
        line: 5,
        column_name: "DP_DATE",
        reason: "not a date YYYY-MM-DD",
        raw: "not a day,491700000002,3,10.5,1,2,0,0,4,1.25,0",
      },
      { line: 6, column_name: "DP_MOC_COUNT", reason: "negative" },
    ]);
    expect((await checkStore(store)).checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(await migrateStore(open())).toMatchObject({ from: SCHEMA_VERSION, lines: 0 });
    expect(await store.commitBatch(batch(0))).toMatchObject({ written: true });
  });

  it("continues with a migration that was stopped after the tables were put aside", async () => {
    const { open, name } = await make();
    await serverOf(serverName).root(
      "RENAME TABLE DP_CDR_Data TO DP_CDR_Data_seed, DailySummary TO DailySummary_seed",
      name,
    );
    await expect(read(open())).rejects.toMatchObject({ code: "STORE_DAMAGED", hint: "churn store migrate" });
    expect(await migrateStore(open())).toMatchObject({ lines: 8, rows: 4 });
    expect(await read(open())).toEqual(good);
  });
});

/** Lines of a log: every subscriber on every day of January 2024 and on. */
function log(subscribers: number, days: number): string[] {
  return Array.from({ length: days * subscribers }, (_, i) => {
    const day = Math.floor(i / subscribers);
    const date = new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10);
    return `${date},s${i % subscribers},${day},60,1,${(i % 7) + 0.5},0`;
  });
}

/** Ten subscribers of one day in 2024. */
function batch(number: number, first = 0, day = number): NewBatch {
  const columns = {
    DP_DATE: new Int32Array(10).fill(19800 + day),
    DP_MSISDN: Array.from({ length: 10 }, (_, i) => `s${i + first}`),
    DP_MOC_COUNT: Float64Array.from({ length: 10 }, (_, i) => i + first),
    DP_DATA_VOLUME: Float64Array.from({ length: 10 }, (_, i) => (i + first) / 3),
  };
  return { kind: "stream", name: "default", number, source: "test", content: "these rows", rows: { columns } };
}
