import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { download } from "../../src/download/download.js";
import { tableNotes } from "../../src/download/mysql/table-read.js";
import { load } from "../../src/load/load.js";
import { checkStore } from "../../src/store/check-store.js";
import { text } from "../../src/store/database.js";
import { inMemory } from "../../src/store/memory-database.js";
import { openStore } from "../../src/store/open-store.js";
import { PASSWORD, serversHere, startServer, type TestServer } from "../store/servers.js";
import { temporaryFolder } from "./temporary-folder.js";

/** Rows of a table that is read in three ranges. */
const MANY = 1_100_000;

describe.each(serversHere())("a table of %s as a source", (serverName) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(serverName);
  });
  afterAll(() => server?.close());

  /** A database with what some statements make; the address of a table of it. */
  const make = async (sql: string) => {
    const { url, name } = await server.database();
    await server.root(sql, name);
    return { name, of: (rest: string) => `${url}?${rest}`, root: (more: string) => server.root(more, name) };
  };
  const rowsOf = (file: string, data_dir: string, sql = "*") =>
    inMemory((db) => db.rows(`SELECT ${sql} FROM read_parquet(${text(join(data_dir, file))})`));
  const manyRows = `SET SESSION ${serverName === "MariaDB" ? "max_recursive_iterations" : "cte_max_recursion_depth"} = ${MANY};
    INSERT INTO calls SELECT * FROM (WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < ${MANY})
      SELECT i AS id, CONCAT('s', i % 1000) AS who, TIMESTAMP('2024-01-01') + INTERVAL (i % 86400) SECOND + INTERVAL (i % 20) DAY AS at, i % 60 AS sec FROM n) t`;
  const CALLS = "CREATE TABLE calls (id BIGINT PRIMARY KEY, who VARCHAR(20), at DATETIME, sec INT)";

  it("keeps every value, to the last digit", async () => {
    const { of } = await make(`SET SESSION sql_mode = ''; SET time_zone = '+00:00';
      CREATE TABLE types (id BIGINT UNSIGNED PRIMARY KEY, small TINYINT, yes TINYINT(1), flag BIT(1), bits BIT(64), big BIGINT, amount DECIMAL(30, 10),
        huge DECIMAL(65, 2), f FLOAT, d DOUBLE, day DATE, at DATETIME(6), instant TIMESTAMP(3) NULL, clock TIME(3), y YEAR, word VARCHAR(50) CHARACTER SET latin1,
        letters TEXT CHARACTER SET utf8mb4, kind ENUM('in', 'out'), tags SET('a', 'b'), doc JSON, photo BLOB, uid BINARY(16));
      INSERT INTO types VALUES (18446744073709551615, -128, 1, b'1', 18446744073709551615, -9223372036854775807, 12345678901234567890.0123456789,
          123456789012345678901234567890123456789012345678901234567890123.45, 16777217, 0.1, '2024-02-29', '2024-02-29 23:59:59.123456', '2024-03-31 00:30:00.5',
          '-100:30:15.250', 2024, 'Ünal', 'a "quoted"\\n😀, \\\\N', 'out', 'a,b', '{"k": [1, null]}', x'00ff', x'00112233445566778899aabbccddeeff'),
        (9007199254740993, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
        (1, 0, 0, b'0', 0, 0, 0, 0, 0, 1e300, '0000-00-00', '2024-00-10 00:00:00', '2024-01-01 00:00:00', '00:00:00', 1901, '', '', 'in', '', '[]', '', '')`);
    const data_dir = await temporaryFolder();
    const made = await download({ source: of("table=types"), data_dir });
    const all = await rowsOf(made.file, data_dir, "COLUMNS(*)::VARCHAR");
    expect(all.map((row) => row.id)).toEqual(["1", "9007199254740993", "18446744073709551615"]);
    expect(all[2]).toMatchObject({
      ...{ small: "-128", yes: "1", flag: "1", bits: "18446744073709551615", big: "-9223372036854775807" },
      amount: "12345678901234567890.0123456789",
      huge: "123456789012345678901234567890123456789012345678901234567890123.45",
      ...{ f: "16777216.0", d: "0.1", day: "2024-02-29", at: "2024-02-29 23:59:59.123456" },
      ...{ instant: "2024-03-31 00:30:00.5+00", clock: "-100:30:15.250", y: "2024", word: "Ünal" },
      ...{ letters: 'a "quoted"\n😀, \\N', kind: "out", tags: "a,b" },
    });
    expect(JSON.parse(String(all[2]?.doc))).toEqual({ k: [1, null] });
    expect(Object.values(all[1] ?? {}).filter((value) => value !== null)).toEqual(["9007199254740993"]);
    expect(all[0]).toMatchObject({ day: null, at: null, word: "", letters: "", tags: "", d: "1e+300" });
    expect(made.read).toMatchObject({ key: "id", to: "18446744073709551615", rows: 3, left_out: ["photo", "uid"] });
    expect(tableNotes(made.read as NonNullable<typeof made.read>)).toEqual([
      expect.stringContaining("photo, uid"),
      expect.stringContaining("1 days of day"),
      expect.stringContaining("1 days of at"),
    ]);
    const types = made.read?.columns.map(({ type }) => type);
    expect(types?.slice(5, 13)).toEqual([
      ...["BIGINT", "DECIMAL(30, 10)", "VARCHAR", "FLOAT", "DOUBLE", "DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"],
    ]);
  });

  it("whose bytes are mapped is refused, with the cure", async () => {
    const { of } = await make(
      "CREATE TABLE bytes (id BINARY(2) PRIMARY KEY, day DATE); INSERT INTO bytes VALUES (x'0102', '2024-01-01')",
    );
    const data_dir = await temporaryFolder();
    const source = of("table=bytes");
    await download({ source, data_dir });
    const store = openStore({ path: join(data_dir, "churn.duckdb") });
    const columns = { DP_MSISDN: "id", DP_DATE: "day" };
    await expect(load(store, { source, data_dir, columns, grain: "event" })).rejects.toMatchObject({
      code: "BAD_OPTION",
      hint: expect.stringContaining("HEX(id)"),
    });
  });

  it("is loaded as a file is, and no password stands anywhere", async () => {
    const { of } =
      await make(`${CALLS}; INSERT INTO calls VALUES (1, 's1', '2024-01-01 08:00:00', 30), (2, 's1', '2024-01-01 09:00:00', 31),
      (3, 's2', '2024-01-02 09:00:00', NULL)`);
    const data_dir = await temporaryFolder();
    const source = of("table=calls&key=id");
    const made = await download({ source, data_dir });
    expect(made).toMatchObject({ rows: 3, format: "parquet", up_to_date: false });
    expect(await download({ source, data_dir })).toMatchObject({ up_to_date: true, sha256: made.sha256 });
    const store = openStore({ path: join(data_dir, "churn.duckdb") });
    const columns = { DP_MSISDN: "who", DP_DATE: "at", DP_MOC_DURATION: "sec" };
    expect(await load(store, { source, data_dir, columns, grain: "event" })).toMatchObject({
      rows: 2,
      merged: 1,
      rejected: 0,
    });
    const found = await store.lease((db) =>
      db.rows("SELECT DP_MSISDN AS who, DP_MOC_DURATION AS sec FROM DP_CDR_Data ORDER BY 1"),
    );
    expect(found).toEqual([
      { who: "s1", sec: 61 },
      { who: "s2", sec: null },
    ]);
    for (const name of readdirSync(data_dir)) {
      const content = readFileSync(join(data_dir, name)).toString("latin1");
      expect([name, content.includes(PASSWORD) || content.includes("se'cret")]).toEqual([name, false]);
    }
  });

  it("that grows gives what is new, by its key, and counts once", async () => {
    const { of, root } = await make(
      `${CALLS}; INSERT INTO calls VALUES (1, 's1', '2024-01-01 08:00:00', 30), (5, 's1', '2024-01-01 09:00:00', 31)`,
    );
    const data_dir = await temporaryFolder();
    const source = of("table=calls&grows=id");
    const store = openStore({ path: join(data_dir, "churn.duckdb") });
    const bring = async () => {
      const made = await download({ source, data_dir });
      await load(store, {
        source,
        data_dir,
        grain: "event",
        columns: { DP_MSISDN: "who", DP_DATE: "at", DP_MOC_DURATION: "sec" },
      });
      expect((await checkStore(store)).checks.filter(({ ok }) => !ok)).toEqual([]);
      const [sum] = await store.lease((db) => db.rows("SELECT sum(DP_MOC_DURATION) AS sec FROM DP_CDR_Data"));
      return { ...made, sec: sum?.sec };
    };
    expect(await bring()).toMatchObject({ rows: 2, up_to_date: false, sec: 61 });
    expect(await bring()).toMatchObject({ rows: 2, up_to_date: true, sec: 61 });
    await root(
      "INSERT INTO calls VALUES (6, 's1', '2024-01-01 10:00:00', 100), (7, 's3', '2024-01-03 10:00:00', 1000)",
    );
    const grown = await bring();
    expect(grown).toMatchObject({ rows: 4, up_to_date: false, sec: 1161, read: { to: "7", rows: 4, missed: 0 } });
    expect(await rowsOf(grown.file, data_dir, "id")).toEqual([1, 5, 6, 7].map((id) => ({ id })));
    await root(
      "INSERT INTO calls VALUES (3, 's9', '2024-01-01 10:00:00', 7); INSERT INTO calls VALUES (8, 's1', '2024-01-01 11:00:00', 10000)",
    );
    const late = await bring();
    expect(late).toMatchObject({ rows: 5, sec: 11161, read: { missed: 1 } });
    expect(tableNotes(late.read as NonNullable<typeof late.read>)).toEqual([
      expect.stringMatching(/^1 rows with a id .*--force/),
    ]);
    expect(await download({ source, data_dir, force: true })).toMatchObject({
      rows: 6,
      read: { missed: 0, grown_from: [] },
    });
    await root("ALTER TABLE calls ADD COLUMN more INT");
    await expect(download({ source, data_dir })).rejects.toThrow(/other columns/);
    expect(await download({ source, data_dir, force: true })).toMatchObject({ rows: 6 });
  });

  it("is read in ranges of any key: days, texts, bytes, one that is not unique or may be missing", async () => {
    const { of, root } =
      await make(`CREATE TABLE days (day DATE NOT NULL, who VARCHAR(40) COLLATE utf8mb4_general_ci, n INT, PRIMARY KEY (day, who));
      CREATE TABLE texts (who VARCHAR(40) PRIMARY KEY, n INT); CREATE TABLE bytes (id BINARY(4) PRIMARY KEY, n INT);
      CREATE TABLE nulls (n INT, at DATETIME NULL, KEY at (at)); CREATE TABLE none (n INT); CREATE VIEW seen AS SELECT * FROM none;
      INSERT INTO texts VALUES ('it''s', 1), ('back\\\\slash', 2), ('Ünal', 3), ('ünal2', 4), ('', 5), ('%', 6);
      INSERT INTO bytes VALUES (x'00000000', 1), (x'27275c00', 2), (x'ffffffff', 3);
      INSERT INTO nulls VALUES (1, NULL), (2, '2024-01-01'), (3, '2024-01-01'), (4, '2024-01-02'), (5, NULL);
      INSERT INTO none VALUES (1), (NULL), (3)`);
    await root(
      `INSERT INTO days SELECT DATE('2024-01-01') + INTERVAL (n - 1) DAY, w, n FROM nulls, (SELECT 'a' AS w UNION SELECT 'b' UNION SELECT 'é') x`,
    );
    const { readTable, joinParquet } = await import("../../src/download/mysql/read-table.js");
    const { MysqlServer } = await import("../../src/store/mysql/mysql-server.js");
    const { parseMysqlAddress } = await import("../../src/store/mysql/mysql-address.js");
    const mysql = new MysqlServer(
      parseMysqlAddress(of("").slice(0, -1)),
      { wait_seconds: 5, statement_seconds: 60 },
      () => {},
    );
    for (const [table, key, count, files] of [
      ...[
        ["days", undefined, 15, 5],
        ["texts", undefined, 6, 3],
        ["bytes", undefined, 3, 2],
        ["nulls", "at", 5, 3],
      ],
      ...[
        ["none", undefined, 3, 1],
        ["seen", undefined, 3, 1],
      ],
    ] as [string, string | undefined, number, number][]) {
      const folder = await temporaryFolder();
      await inMemory(async (db) => {
        const source = { table, query: null, key, grows: false };
        const found = await readTable(db, mysql, source, { before: undefined, folder, timeout: 5, range: 2 }, {});
        expect([table, found.read.rows, found.read.snapshots, found.files.length]).toEqual([table, count, 1, files]);
        await joinParquet(db, found.files, join(folder, "all.parquet"));
      });
      const [sums] = await rowsOf("all.parquet", folder, "count(*) AS rows, sum(n) AS n");
      const [truth] = (await root(
        `SELECT COUNT(*) AS \`rows\`, CAST(SUM(n) AS SIGNED) AS n FROM ${table}`,
      )) as object[];
      expect(sums).toEqual(truth);
    }
    mysql.close();
    const data_dir = await temporaryFolder();
    const refused = (rest: string) => expect(download({ source: of(rest), data_dir })).rejects;
    await refused("table=nulls&key=n").toMatchObject({ code: "BAD_OPTION", hint: expect.stringContaining("at") });
    await refused("table=nulls&grows=at").toMatchObject({
      code: "BAD_OPTION",
      message: expect.stringContaining("may be NULL"),
    });
  });

  it("may be a query that is one SELECT, and can change nothing", async () => {
    const { of, root } =
      await make(`${CALLS}; INSERT INTO calls VALUES (1, 's1', '2024-01-01 08:00:00', 30), (2, 's%', '2024-01-01 09:00:00', 31);
      ${serverName === "MariaDB" ? "" : "SET GLOBAL log_bin_trust_function_creators = 1;"}
      CREATE FUNCTION spoil() RETURNS INT MODIFIES SQL DATA DETERMINISTIC BEGIN DELETE FROM calls; RETURN 1; END`);
    const data_dir = await temporaryFolder();
    const bring = (query: string) => download({ source: of(`query=${query}`), data_dir });
    const made = await bring(
      "SELECT who, DATE(at) AS day, sec+1 AS more FROM calls WHERE who LIKE 's%25' ORDER BY id -- all",
    );
    expect(await rowsOf(made.file, data_dir, "who, CAST(day AS VARCHAR) AS day, more")).toEqual([
      { who: "s1", day: "2024-01-01", more: 31 },
      { who: "s%", day: "2024-01-01", more: 32 },
    ]);
    await expect(bring("DELETE FROM calls")).rejects.toMatchObject({ code: "BAD_OPTION" });
    await expect(bring("SELECT 1 AS a) AS q; DELETE FROM calls; SELECT (1")).rejects.toMatchObject({
      code: "DOWNLOAD_FAILED",
    });
    await expect(bring("SELECT spoil() AS a")).rejects.toMatchObject({ code: "DOWNLOAD_FAILED" });
    expect(await root("SELECT COUNT(*) AS n FROM calls")).toEqual([{ n: 2 }]);
  });

  it("says what is wrong with an address, a table, a password, and never the password", async () => {
    const { of } = await make(`${CALLS}; CREATE TABLE bytes (a BLOB); INSERT INTO bytes VALUES ('x')`);
    const data_dir = await temporaryFolder();
    const bring = (source: string) => expect(download({ source, data_dir, timeout: 0.5 })).rejects;
    await bring(of("table=nix")).toMatchObject({ code: "DOWNLOAD_FAILED", message: expect.stringContaining("nix") });
    await bring(of("table=calls")).toMatchObject({ code: "BAD_INPUT", message: expect.stringContaining("no rows") });
    await bring(of("table=bytes")).toMatchObject({ code: "BAD_INPUT", message: expect.stringContaining("bytes") });
    await bring(of("")).toMatchObject({ code: "BAD_OPTION", message: expect.stringContaining("no table") });
    await bring(of("tabel=calls")).toMatchObject({ code: "BAD_OPTION", message: expect.stringContaining("tabel") });
    await bring(of("table=calls").replace(/:\d+\//, ":1/")).toMatchObject({
      code: "DOWNLOAD_FAILED",
      hint: expect.stringContaining("--timeout"),
    });
    await bring(of("table=calls").replace("churn@", "churn:hush@")).toThrow(/holds a password/);
    await bring(of("table=calls").replace("churn@", "churn:hush@")).not.toThrow(/hush/);
    const right = process.env.CHURN_MYSQL_PASSWORD;
    process.env.CHURN_MYSQL_PASSWORD = "wrong-word";
    try {
      await bring(of("table=calls")).toMatchObject({
        code: "DOWNLOAD_FAILED",
        message: expect.stringContaining("refuses"),
      });
    } finally {
      process.env.CHURN_MYSQL_PASSWORD = right;
    }
    expect(readdirSync(data_dir)).toEqual([]);
  });

  describe("of many rows", () => {
    let many: Awaited<ReturnType<typeof make>>;
    const sums = "count(*) AS rows, count(DISTINCT id) AS ids, sum(sec) AS sec";
    const truth = { rows: MANY, ids: MANY, sec: 0 };
    beforeAll(async () => {
      many = await make(`${CALLS}; ${manyRows}`);
      for (let i = 1; i <= MANY; i++) truth.sec += i % 60;
    }, 120_000);

    it("is read on after the server went away, and that is said", { timeout: 120_000 }, async () => {
      const data_dir = await temporaryFolder();
      let killed: Promise<void> | undefined;
      const onProgress = ({ task, done }: { task: string; done: number }) => {
        if (!/^read/.test(task) || done < 600_000) return;
        killed ??= server
          .kill()
          .then(() => sleep(500))
          .then(() => server.start());
      };
      const made = await download({ source: many.of("table=calls"), data_dir }, { onProgress });
      await killed;
      expect(killed).toBeDefined();
      expect(await rowsOf(made.file, data_dir, sums)).toEqual([truth]);
      expect(made.read?.snapshots).toBe(2);
      expect(tableNotes(made.read as NonNullable<typeof made.read>)).toEqual([expect.stringContaining("went away")]);
    });

    it("is one view, whatever is written meanwhile", { timeout: 120_000 }, async () => {
      const data_dir = await temporaryFolder();
      let written: Promise<unknown> | undefined;
      const onProgress = ({ task }: { task: string }) => {
        if (/^read/.test(task))
          written ??= many.root("INSERT INTO calls VALUES (-1, 'x', NOW(), 1), (99999999, 'x', NOW(), 1)");
      };
      const made = await download({ source: many.of("table=calls"), data_dir }, { onProgress });
      await written;
      await many.root("DELETE FROM calls WHERE id IN (-1, 99999999)");
      expect(await rowsOf(made.file, data_dir, sums)).toEqual([truth]);
      expect(made.read).toMatchObject({ snapshots: 1, to: String(MANY) });
    });

    it("is given up when the server hangs, or by Ctrl-C, and leaves nothing", { timeout: 60_000 }, async () => {
      const data_dir = await temporaryFolder();
      const hang = ({ task, done }: { task: string; done: number }) => {
        if (/^read/.test(task) && done > 0) server.freeze(true);
      };
      const hung = download({ source: many.of("table=calls"), data_dir, timeout: 2 }, { onProgress: hang });
      await expect(hung).rejects.toMatchObject({
        code: "DOWNLOAD_FAILED",
        message: expect.stringContaining("cannot be reached"),
      });
      server.freeze(false);
      const stop = new AbortController();
      const onProgress = ({ task, done }: { task: string; done: number }) => {
        if (/^read/.test(task) && done > 0) stop.abort();
      };
      const stopped = download({ source: many.of("table=calls"), data_dir }, { onProgress, signal: stop.signal });
      await expect(stopped).rejects.toMatchObject({ code: "INTERRUPTED" });
      expect(readdirSync(data_dir)).toEqual([]);
    });
  });
});
