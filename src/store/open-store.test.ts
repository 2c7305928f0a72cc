import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { CDR_COLUMNS } from "../cdr/columns.js";
import { buildFeatures } from "../features/build-features.js";
import { checkStore } from "./check-store.js";
import { DuckDBInstance } from "./duckdb.js";
import { logColumns } from "./log-columns.js";
import { migrateStore } from "./migrate-store.js";
import { openStore } from "./open-store.js";

const folder = mkdtempSync(join(tmpdir(), "store-"));

it("reads numbers, days, timestamps, texts and nulls as columns, over many chunks", async () => {
  const store = openStore({ path: join(folder, "columns.duckdb") });
  await store.lease(async () => {}, { create: true });
  const columns = await store.lease((db) =>
    db.columns(
      `SELECT CASE WHEN i % 3 = 0 THEN NULL ELSE i END AS big, CAST(i AS TINYINT) AS tiny, i / 2 AS half, i % 2 = 0 AS even, CAST(i AS HUGEINT) AS huge, CAST(i AS DECIMAL(9, 2)) / 4 AS quarter,
      DATE '1970-01-02' + CAST(i AS INTEGER) AS day, TIMESTAMP '1970-01-01 00:00:01.5' AS moment, CASE WHEN i = 1 THEN NULL ELSE 'é' || i END AS word
      FROM range(5000) t(i) WHERE i < 100 OR i >= 4990`.replace("CAST(i AS TINYINT)", "CAST(i % 100 AS TINYINT)"),
    ),
  );
  expect(Array.from((columns.big as Float64Array).subarray(0, 5))).toEqual([Number.NaN, 1, 2, Number.NaN, 4]);
  expect((columns.big as Float64Array).at(-1)).toBe(4999);
  expect(Array.from((columns.tiny as Float64Array).subarray(98, 102))).toEqual([98, 99, 90, 91]);
  expect((columns.half as Float64Array)[3]).toBe(1.5);
  expect(Array.from((columns.even as Float64Array).subarray(0, 2))).toEqual([1, 0]);
  expect(Array.from((columns.huge as Float64Array).subarray(1, 3))).toEqual([1, 2]);
  expect((columns.quarter as Float64Array)[3]).toBe(0.75);
  expect((columns.day as Int32Array)[2]).toBe(3);
  expect((columns.moment as Float64Array)[0]).toBe(1500);
  expect((columns.word as string[]).slice(0, 3)).toEqual(["é0", null, "é2"]);
  expect(columns.word).toHaveLength(110);
});

it("reads short, long, missing and foreign texts, large and negative numbers, each as it is", async () => {
  const words = [
    "a",
    "b",
    "",
    "0",
    "123456789012",
    "1234567890123",
    "é",
    "日本",
    null,
    "a\0b",
    "ab",
    "ba",
    "1".repeat(300),
  ];
  const store = openStore({ path: join(folder, "texts.duckdb") });
  await store.lease(async () => {}, { create: true });
  const list = words.map((word) => (word === null ? "NULL" : word === "a\0b" ? "'a' || chr(0) || 'b'" : `'${word}'`));
  const columns = await store.lease((db) =>
    db.columns(
      `SELECT ([${list.join(", ")}])[1 + i % ${words.length}] AS word, (i - 5000) * 900719925474 AS big, CAST((i - 5000) * 900719925474 AS DECIMAL(18, 2)) AS wide,
        CAST(i - 5000 AS DECIMAL(15, 3)) / 1 AS plain, CAST((i - 5000) / 1000.0 AS DECIMAL(4, 2)) AS narrow, CAST(i - 5000 AS DECIMAL(9, 1)) AS middle, CAST(18446744073709551615 AS UBIGINT) AS most
       FROM range(10000) t(i)`,
    ),
  );
  const at = Array.from({ length: 10_000 }, (_, i) => i - 5000);
  expect(columns.word).toEqual(at.map((_, i) => words[i % words.length]));
  expect(Array.from(columns.big as Float64Array)).toEqual(at.map((i) => i * 900719925474));
  expect(Array.from(columns.wide as Float64Array)).toEqual(at.map((i) => i * 900719925474));
  expect(Array.from(columns.plain as Float64Array)).toEqual(at);
  expect(Array.from(columns.middle as Float64Array)).toEqual(at);
  expect((columns.narrow as Float64Array)[5123]).toBe(0.12);
  expect((columns.narrow as Float64Array)[0]).toBe(-5);
  expect((columns.most as Float64Array)[0]).toBe(2 ** 64);
});

it("reads days of which some are missing as texts", async () => {
  const store = openStore({ path: join(folder, "days.duckdb") });
  await store.lease(async () => {}, { create: true });
  const table = await store.query("SELECT * FROM (VALUES (DATE '2024-01-31'), (NULL)) t(day)");
  expect(table.array("day")).toEqual(["2024-01-31", null]);
});

it("makes a temporary table of columns, over many chunks, with NaN as null", async () => {
  const store = openStore({ path: join(folder, "temporary.duckdb") });
  await store.lease(async () => {}, { create: true });
  const x = Float64Array.from({ length: 5000 }, (_, i) => (i % 5 === 0 ? Number.NaN : i));
  const word = Array.from(x, (_, i) => (i === 4999 ? null : `w${i}`));
  const back = await store.lease(async (db) => {
    await db.createTemporary("scored", { x, word });
    return db.columns("SELECT * FROM scored");
  });
  expect(back).toEqual({ x, word });
});

it("rolls a failed transaction back", async () => {
  const store = openStore({ path: join(folder, "transaction.duckdb") });
  await store.lease(async () => {}, { create: true });
  await expect(
    store.lease((db) =>
      db.transaction(async () => {
        await db.run("INSERT INTO DailySummary VALUES ('2024-01-01', 1, 1, 1, 1)");
        await db.run("INSERT INTO DailySummary VALUES ('2024-01-01', 1, 1, 1, 1)");
      }),
    ),
  ).rejects.toThrow(/[Dd]uplicate key/);
  expect(await store.lease((db) => db.rows("SELECT * FROM DailySummary"))).toEqual([]);
});

it("forgets the rows of an append that failed, also when its memory is collected later", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const store = openStore({ path: join(folder, "append.duckdb") });
  await store.lease(async () => {}, { create: true });
  await store.lease(async (db) => {
    await db.run("CREATE TABLE t (a INTEGER PRIMARY KEY)");
    await db.run("INSERT INTO t VALUES (3)");
    for (let i = 0; i < 20; i++) {
      const failed = await db.transaction(() => db.append("t", [[1, 2, 3, 4]], 4)).catch((error) => String(error));
      expect(failed).toMatch(/[Dd]uplicate key/);
    }
    await db.run("DELETE FROM t");
    for (let i = 0; i < 5; i++) {
      collect();
      await sleep(10);
    }
    await db.run("INSERT INTO t VALUES (9)");
    expect(await db.rows("SELECT a FROM t")).toEqual([{ a: 9 }]);
  });
});

it("waits while another process holds the file, names it, and continues when it is free", async () => {
  const path = join(folder, "held.duckdb");
  const script = `import("@duckdb/node-api").then(async ({ DuckDBInstance }) => {
    const db = await DuckDBInstance.create(${JSON.stringify(path)});
    console.log("held");
    setTimeout(() => { db.closeSync(); }, 700);
  })`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  const messages: string[] = [];
  const store = openStore({ path, wait_seconds: 20 }, (message) => messages.push(message));
  await expect(
    openStore({ path, wait_seconds: 0 }, () => {}).lease(async () => 1, { create: true }),
  ).rejects.toMatchObject({
    code: "STORE_BUSY",
  });
  expect(await store.lease(async () => "free", { create: true })).toBe("free");
  expect(messages).toHaveLength(1);
  expect(messages[0]).toContain(`process ${child.pid}`);
});

it("refuses a file that is not a database, and leaves it as it is", async () => {
  const path = join(folder, "text.duckdb");
  writeFileSync(path, "this is not a database, but a text that is long enough to be read as a header".repeat(100));
  await expect(openStore({ path }).lease(async () => 1)).rejects.toMatchObject({ code: "STORE_DAMAGED" });
});

it("brings a file of an older version up to date, and refuses one of a newer version without a change", async () => {
  const path = join(folder, "version.duckdb");
  const store = openStore({ path });
  await store.lease(async () => {}, { create: true });
  const versions = () => store.query("SELECT max(version) AS version FROM workbench_schema");
  await store.lease(async (db) => {
    await db.run(
      "DROP TABLE monitoring_results; DROP TABLE measures; DELETE FROM workbench_schema; INSERT INTO workbench_schema VALUES (1)",
    );
  });
  expect((await store.query("SELECT * FROM monitoring_results")).numRows()).toBe(0);
  expect(await store.lease(logColumns)).toEqual(CDR_COLUMNS);
  const now = (await versions()).array("version")[0] as number;
  expect(now).toBeGreaterThan(1);
  await store.lease((db) => db.run(`INSERT INTO workbench_schema VALUES (${now + 1})`));
  await expect(versions()).rejects.toMatchObject({
    code: "STORE_DAMAGED",
    message: expect.stringContaining(`version ${now + 1}, a newer version than ${now}`),
  });
});

it("says that a file of another program is none of its own, asks no network and makes no folder", async () => {
  const path = join(folder, "sqlite.db");
  const page = Buffer.alloc(4096);
  page.write("SQLite format 3\0", 0, "latin1");
  page[16] = 0x10;
  page[18] = 1;
  page[19] = 1;
  writeFileSync(path, page);
  await expect(openStore({ path }).query("SELECT 1")).rejects.toMatchObject({
    code: "STORE_DAMAGED",
    message: expect.stringContaining("file of another program"),
  });
});

it("makes nothing by looking: a store that is not there is told, and no file or folder comes of it", async () => {
  const path = join(folder, "typo", "dir", "x.duckdb");
  const gone = { code: "NO_DATA", message: expect.stringContaining(`there is no store at ${path}`) };
  await expect(openStore({ path }).query("SELECT 1 AS one")).rejects.toMatchObject(gone);
  await expect(checkStore(openStore({ path }))).rejects.toMatchObject(gone);
  await expect(migrateStore(openStore({ path }))).rejects.toMatchObject(gone);
  const data_dir = join(folder, "typo-data");
  await expect(buildFeatures(openStore({ path }), { data_dir })).rejects.toMatchObject(gone);
  expect([join(folder, "typo"), data_dir].map((each) => existsSync(each))).toEqual([false, false]);
});

it("makes no tables of ours in a database of somebody else by looking", async () => {
  const path = join(folder, "theirs.duckdb");
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.run("CREATE TABLE theirs (i INTEGER)");
  connection.closeSync();
  instance.closeSync();
  await expect(openStore({ path }).query("SELECT 1 AS one")).rejects.toMatchObject({ code: "NO_DATA" });
  const tables = await openStore({ path }).lease(
    (db) => db.rows("SELECT count(*) FILTER (table_name = 'theirs') AS theirs, count(*) AS all FROM duckdb_tables()"),
    { create: true },
  );
  expect(tables[0]).toMatchObject({ theirs: 1 });
});
