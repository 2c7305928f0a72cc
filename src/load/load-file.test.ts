import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { inMemory } from "../store/memory-database.js";
import { openStore, type Store } from "../store/open-store.js";
import { loadFile } from "./load-file.js";
import { type LoadOptions, loadOptions } from "./options.js";

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "load-"));
  store = openStore({ path: join(folder, "churn.duckdb") });
  await store.lease(async () => {}, { create: true });
});

async function loadText(content: string | Buffer, options: LoadOptions = {}, file = "log.csv", delimiter = ",") {
  const path = join(folder, file);
  writeFileSync(path, content);
  const sha256 = String(content).slice(0, 5000) + content.length;
  const bytes = Buffer.from(content);
  const text = (/\.gz$/i.test(file) ? gunzipSync(bytes) : bytes).toString("latin1");
  const lines = text.split("\n").filter((line) => line.replaceAll("\r", "") !== "").length;
  return loadFile(store, { path, format: "csv", delimiter, sha256, rows: lines - 1 }, loadOptions.parse(options));
}

const rows = (sql: string) => store.lease((db) => db.rows(sql));
const rejects = () => rows("SELECT line, column_name, reason, raw FROM rejects ORDER BY line");
const HEADER = "DP_DATE,DP_MSISDN,DP_MOC_COUNT,DP_DATA_VOLUME,PSEUDO_CHURNED";

describe("loadFile", () => {
  it("sets every kind of bad row aside with line, column, reason and raw text, and keeps the good ones", async () => {
    const dirty = [
      `\ufeff${HEADER}`,
      "2024-01-01,a,1,2.5,0",
      "2024-13-01,a,1,2.5,0",
      "2024-01-02,,1,2.5,0",
      "2024-01-02,a,-1,2.5,0",
      "2024-01-02,a,many,2.5,0",
      "2024-01-02,a,2.5,2.5,0",
      "2024-01-02,a,,2.5,0",
      "2024-01-02,a,1,x,0",
      "2024-01-02,a,1,inf,0",
      "2024-01-02,a,1,2.5,2",
      "2024-01-01,a,9,9,0",
      "",
      "2024-01-02,a,1",
      "2024-01-02,a,1,2.5,0,extra",
      '2024-01-02,"a,1,2.5,0',
      "2024-01-02 noon,a,1,2.5,0",
      "infinity,a,1,2.5,0",
      "2024-01-03,b,1_000,2.5,0",
      '"2024-01-03","b ""quoted"", too",4,0,',
      "2024-01-04,a,1,1e400,0",
      "2024-01-05,c,3,1.5,1",
      "2024-01-06,c,3",
    ].join("\r\n");
    const result = await loadText(dirty, { max_rejects: 1 });
    expect(await rejects()).toEqual([
      { line: 3, column_name: "DP_DATE", reason: "not a date YYYY-MM-DD", raw: "2024-13-01,a,1,2.5,0" },
      { line: 4, column_name: "DP_MSISDN", reason: "no subscriber", raw: "2024-01-02,,1,2.5,0" },
      { line: 5, column_name: "DP_MOC_COUNT", reason: "negative", raw: "2024-01-02,a,-1,2.5,0" },
      { line: 6, column_name: "DP_MOC_COUNT", reason: "not a number", raw: "2024-01-02,a,many,2.5,0" },
      { line: 7, column_name: "DP_MOC_COUNT", reason: "not a whole number", raw: "2024-01-02,a,2.5,2.5,0" },
      { line: 8, column_name: "DP_MOC_COUNT", reason: "empty", raw: "2024-01-02,a,,2.5,0" },
      { line: 9, column_name: "DP_DATA_VOLUME", reason: "not a number", raw: "2024-01-02,a,1,x,0" },
      { line: 10, column_name: "DP_DATA_VOLUME", reason: "too large", raw: "2024-01-02,a,1,inf,0" },
      { line: 11, column_name: "PSEUDO_CHURNED", reason: "label is not 0 or 1", raw: "2024-01-02,a,1,2.5,2" },
      {
        line: 12,
        column_name: "DP_DATE",
        reason: "a second row of this subscriber and day, after line 2",
        raw: "2024-01-01,a,9,9,0",
      },
      { line: 14, column_name: null, reason: "3 columns instead of 5", raw: "2024-01-02,a,1" },
      { line: 15, column_name: null, reason: "6 columns instead of 5", raw: "2024-01-02,a,1,2.5,0,extra" },
      {
        line: 16,
        column_name: null,
        reason: "a quote is not closed or stands inside a cell",
        raw: '2024-01-02,"a,1,2.5,0',
      },
      { line: 17, column_name: "DP_DATE", reason: "not a date YYYY-MM-DD", raw: "2024-01-02 noon,a,1,2.5,0" },
      { line: 18, column_name: "DP_DATE", reason: "not a date YYYY-MM-DD", raw: "infinity,a,1,2.5,0" },
      { line: 19, column_name: "DP_MOC_COUNT", reason: "not a number", raw: "2024-01-03,b,1_000,2.5,0" },
      { line: 21, column_name: "DP_DATA_VOLUME", reason: "too large", raw: "2024-01-04,a,1,1e400,0" },
      {
        line: 23,
        column_name: null,
        reason: "3 columns instead of 5: the last line is cut off",
        raw: "2024-01-06,c,3",
      },
    ]);
    expect(
      await rows(
        "SELECT id, CAST(DP_DATE AS VARCHAR) AS d, DP_MSISDN, DP_MOC_COUNT, DP_DATA_VOLUME, PSEUDO_CHURNED FROM DP_CDR_Data ORDER BY id",
      ),
    ).toEqual([
      { id: 1, d: "2024-01-01", DP_MSISDN: "a", DP_MOC_COUNT: 1, DP_DATA_VOLUME: 2.5, PSEUDO_CHURNED: 0 },
      {
        id: 2,
        d: "2024-01-03",
        DP_MSISDN: 'b "quoted", too',
        DP_MOC_COUNT: 4,
        DP_DATA_VOLUME: 0,
        PSEUDO_CHURNED: null,
      },
      { id: 3, d: "2024-01-05", DP_MSISDN: "c", DP_MOC_COUNT: 3, DP_DATA_VOLUME: 1.5, PSEUDO_CHURNED: 1 },
    ]);
    expect(result).toMatchObject({
      lines: 22,
      blank: 1,
      rows: 3,
      rejected: 18,
      absent: expect.arrayContaining(["DP_MTC_COUNT"]),
    });
    expect(result.lines).toBe(
      result.rows + result.rejected + result.merged + result.storedBefore + result.heldBack + result.blank,
    );
  });

  it("changes nothing when the same file is loaded again", async () => {
    const text = `${HEADER}\n2024-01-01,a,1,2,0\n2024-01-01,b,x,2,0\n`;
    await loadText(text);
    const before = await rows("SELECT * FROM DP_CDR_Data");
    expect(await loadText(text)).toMatchObject({ upToDate: true, rows: 1, rejected: 1 });
    expect(await rows("SELECT * FROM DP_CDR_Data")).toEqual(before);
    expect(await rejects()).toHaveLength(1);
  });

  it("takes the new rows of a file that has grown, and sets aside those that contradict the store", async () => {
    await loadText(`${HEADER}\n2024-01-01,a,1,2,0\n2024-01-02,a,1,2,0\n`);
    const grown = await loadText(`${HEADER}\n2024-01-01,a,1,2,0\n2024-01-02,a,7,2,0\n2024-01-03,a,1,2,0\n`);
    expect(grown).toMatchObject({ rows: 1, storedBefore: 1, rejected: 1 });
    expect(await rows("SELECT reason FROM rejects")).toEqual([
      { reason: "contradicts the row of this subscriber and day from batch 1" },
    ]);
  });

  it("refuses another log in the same store, and keeps the first", async () => {
    const log = (count: number) =>
      [HEADER, ...Array.from({ length: 30 }, (_, i) => `2024-01-01,s${i},${count},2,0`)].join("\n");
    await loadText(log(1));
    await expect(loadText(log(2))).rejects.toThrow(/30 of 30 rows contradict/);
    expect(await rows("SELECT DISTINCT DP_MOC_COUNT AS n FROM DP_CDR_Data")).toEqual([{ n: 1 }]);
    expect(await loadText(log(2), { replace: true })).toMatchObject({ rows: 30 });
    expect(await rows("SELECT DISTINCT DP_MOC_COUNT AS n FROM DP_CDR_Data")).toEqual([{ n: 2 }]);
  });

  it("sums the rows of one subscriber-day when the grain is event, and says how many", async () => {
    const text = "customer;day;quantity;amount\n1;2024-01-01;1;0.1\n1;2024-01-01 18:00:00;2;0.2\n2;2024-01-01;1;0.7\n";
    const result = await loadText(
      text,
      {
        grain: "event",
        columns: { DP_MSISDN: "customer", DP_DATE: "day", DP_DATA_COUNT: "quantity", DP_DATA_VOLUME: "amount" },
      },
      "events.csv",
      ";",
    );
    expect(result).toMatchObject({ lines: 3, rows: 2, merged: 1, rejected: 0 });
    expect(
      await rows("SELECT DP_MSISDN, DP_DATA_COUNT, DP_DATA_VOLUME, DP_MOC_COUNT FROM DP_CDR_Data ORDER BY 1"),
    ).toEqual([
      { DP_MSISDN: "1", DP_DATA_COUNT: 3, DP_DATA_VOLUME: 0.30000000000000004, DP_MOC_COUNT: null },
      { DP_MSISDN: "2", DP_DATA_COUNT: 1, DP_DATA_VOLUME: 0.7, DP_MOC_COUNT: null },
    ]);
  });

  it("leaves the days after `until` for the stream", async () => {
    const result = await loadText(`${HEADER}\n2024-01-01,a,1,2,0\n2024-01-02,a,1,2,0\n`, { until: "2024-01-01" });
    expect(result).toMatchObject({ rows: 1, heldBack: 1, lastDay: "2024-01-01" });
  });

  it("reads gzip, other date formats, zeros for empty cells, and Latin-1 where the text is not UTF-8", async () => {
    const text = Buffer.from("DP_DATE,DP_MSISDN,DP_MOC_COUNT\n31.01.2024,Andr\xe9,\n", "latin1");
    const result = await loadText(gzipSync(text), { date_format: "%d.%m.%Y", empty_cells: "zero" }, "log.csv.gz");
    expect(result).toMatchObject({ rows: 1, encoding: "latin-1" });
    expect(await rows("SELECT DP_MSISDN, CAST(DP_DATE AS VARCHAR) AS d, DP_MOC_COUNT FROM DP_CDR_Data")).toEqual([
      { DP_MSISDN: "André", d: "2024-01-31", DP_MOC_COUNT: 0 },
    ]);
  });

  it("refuses a file of which no row can be used, and says how to read it", async () => {
    const german = "DP_DATE,DP_MSISDN,DP_MOC_COUNT\n31.01.2024,a,1\n30.01.2024,a,1\n";
    await expect(loadText(german)).rejects.toThrow(/none of 2 rows[\s\S]*DP_DATE is not a date[\s\S]*date_format/);
    expect(await rows("SELECT * FROM batches")).toEqual([]);
    expect(await loadText(german, { date_format: "%d.%m.%Y" })).toMatchObject({ rows: 2, rejected: 0 });
  });

  it("sets records of the future aside", async () => {
    const result = await loadText(`${HEADER}\n2024-01-01,a,1,2,0\n2999-01-01,a,1,2,0\n`);
    expect(result.rejects).toMatchObject([
      { columnName: "DP_DATE", reason: "date out of range: before 1970 or in the future" },
    ]);
  });

  it("counts lines rightly where line ends are mixed", async () => {
    const lines = Array.from({ length: 5000 }, (_, i) => `2024-01-01,s${i},1,2,0${i % 2 ? "\r\n" : "\n"}`).join("");
    const result = await loadText(gzipSync(`${HEADER}\n${lines}oops,s,1,2,0\r\n`), {}, "mixed.csv.gz");
    expect(result).toMatchObject({ lines: 5001, blank: 0, rows: 5000, rejected: 1 });
    expect((await rejects())[0]).toMatchObject({ line: 5002 });
  });

  it("reads Parquet with the same checks", async () => {
    const path = join(folder, "log.parquet");
    await inMemory((db) =>
      db.run(`COPY (SELECT * FROM (VALUES (DATE '2024-01-01', 'a', 1), (DATE '2024-01-01', 'a', 2), (DATE '2024-01-02', NULL, 1), (DATE '2024-01-02', 'a', -4))
      t(DP_DATE, DP_MSISDN, DP_MOC_COUNT)) TO '${path}' (FORMAT parquet)`),
    );
    const result = await loadFile(
      store,
      { path, format: "parquet", delimiter: ",", sha256: "p", rows: 4 },
      loadOptions.parse({}),
    );
    expect(result).toMatchObject({ lines: 4, rows: 1, rejected: 3 });
    expect((await rejects()).map(({ line, reason }) => [line, reason])).toEqual([
      [2, "a second row of this subscriber and day, after line 1"],
      [3, "no subscriber"],
      [4, "negative"],
    ]);
  });

  it("stores what is missing as missing: NULL, NaN and \\N in a measure, and a null of Parquet", async () => {
    const text = `${HEADER}\n2024-01-01,a,NULL,1,0\n2024-01-01,b,1,NaN,Yes\n2024-01-01,c,\\N,,0\n`;
    expect(await loadText(text)).toMatchObject({ rows: 2, rejected: 1 });
    expect(await rejects()).toMatchObject([{ line: 4, column_name: "DP_DATA_VOLUME", reason: "empty" }]);
    expect(await rows("SELECT DP_MOC_COUNT AS n, DP_DATA_VOLUME AS v, PSEUDO_CHURNED AS y FROM DP_CDR_Data")).toEqual([
      { n: null, v: 1, y: 0 },
      { n: 1, v: null, y: 1 },
    ]);
    const path = join(folder, "null.parquet");
    await rows(`COPY (SELECT DATE '2024-01-01' AS DP_DATE, 'd' AS DP_MSISDN, 1 AS DP_MOC_COUNT, NULL::DOUBLE AS DP_DATA_VOLUME
      UNION ALL SELECT DATE '2024-01-02', 'd', 2, 2.5) TO '${path}' (FORMAT parquet)`);
    const file = { path, format: "parquet" as const, delimiter: ",", sha256: "null", rows: 2 };
    expect(await loadFile(store, file, loadOptions.parse({}))).toMatchObject({ rows: 2, rejected: 0 });
    expect(await rows("SELECT DP_DATA_VOLUME AS v FROM DP_CDR_Data WHERE DP_MSISDN = 'd' ORDER BY DP_DATE")).toEqual([
      { v: null },
      { v: 2.5 },
    ]);
  });

  it("refuses a format of days and a time zone that do not exist, naming the option", async () => {
    const text = `${HEADER}\n2024-01-01,a,1,1,0\n`;
    for (const date_format of ["%s", "%Q"]) {
      await expect(loadText(text, { date_format })).rejects.toMatchObject({
        code: "BAD_OPTION",
        message: expect.stringContaining("load.date_format"),
      });
    }
    await expect(loadText(text, { time_zone: "Mars/Base" })).rejects.toMatchObject({ code: "BAD_OPTION" });
  });

  it("reads Windows-1252, gzip with zeros behind its end, names in capitals and quotes inside a cell", async () => {
    const head = "DP_DATE,DP_MSISDN,DP_MOC_COUNT,note";
    const euro = Buffer.from(`${head}\r\n2024-01-01,a,1,\x80\r\n2024-01-01,b,1,Joe "the man"\r\n`, "latin1");
    expect(await loadText(euro)).toMatchObject({ rows: 2, rejected: 0, encoding: "windows-1252" });
    const packed = gzipSync(`${head}\n2024-01-01,c,1,x\n`);
    expect(await loadText(packed, {}, "UP.CSV.GZ")).toMatchObject({ rows: 1 });
    expect(await loadText(Buffer.concat([packed, Buffer.alloc(70_000)]), {}, "zeros.csv.gz")).toMatchObject({
      lines: 1,
    });
  });

  it("takes an empty cell too many at the end of a line whichever way reads it, and calls only a cut line cut off", async () => {
    for (const end of ["\n", "\r\n"]) {
      const text = `DP_DATE,DP_MSISDN,DP_MOC_COUNT${end}2024-01-01,a${end.length},1,${end}2024-01-01,b${end.length},1${end}`;
      expect(await loadText(text)).toMatchObject({ rows: 2, rejected: 0 });
    }
    const bad = await loadText(`${HEADER}\r\n2024-01-01,c,1,1,0\r\n2024-01-01,d,1\r\n`);
    expect(bad.rejects[0].reason).toBe("3 columns instead of 5");
    await expect(loadText("DP_DATE,DP_MSISDN,DP_MOC_COUNT,x,x\n2024-01-01,a,1,1,1\n")).rejects.toThrow(
      /two columns are called "x"/,
    );
  });

  it("names the column that is missing, and the nearest one when a name is misspelt", async () => {
    await expect(loadText("day,who,n\n2024-01-01,a,1\n")).rejects.toThrow(/no column for DP_DATE among day, who, n/);
    const columns = { DP_DATE: "day", DP_MSISDN: "whom", DP_MOC_COUNT: "n" };
    await expect(loadText("day,who,n\n2024-01-01,a,1\n", { columns })).rejects.toThrow(/"whom"[\s\S]*"who"/);
    await expect(loadText("day,who,n\n", { columns: { DP_DAT: "day" } })).rejects.toThrow(/"DP_DAT"[\s\S]*"DP_DATE"/);
  });

  it("keeps DailySummary in step", async () => {
    await loadText(`${HEADER}\n2024-01-01,a,1,2,0\n2024-01-01,b,2,0.5,0\n`);
    expect(
      await rows(
        `SELECT CAST("Date" AS VARCHAR) AS d, Total_Outgoing_Calls AS calls, Total_Outgoing_Call_Time AS seconds, Total_Data_Volume AS mb FROM DailySummary`,
      ),
    ).toEqual([{ d: "2024-01-01", calls: 3, seconds: null, mb: 2.5 }]);
  });

  it("finds the same faults on the same lines where cells are cut the quick way and where they are not", async () => {
    const cells = [
      "",
      " ",
      "0",
      "1",
      "2.5",
      "-1",
      "1_0",
      "1e3",
      "nan",
      "inf",
      "9007199254740992",
      "+7",
      "0x10",
      "1e400",
      " 3 ",
      "TRUE",
      "na",
    ];
    const days = [
      "2024-01-01",
      " 2024-01-02",
      "2024-1-3",
      "2024/01/04",
      "2024-01-05 10:00:00",
      "2024-13-01",
      "1969-12-31",
      "2999-01-01",
      "20240101",
      "2024-01-0x",
      "+123-01-01",
      "",
    ];
    const lines = [
      ...cells.flatMap((cell, i) => [
        `2024-01-01,a${i},${cell},1,0`,
        `2024-01-01,b${i},1,${cell},0`,
        `2024-01-01,c${i},1,1,${cell}`,
        `2024-02-01,${cell},1,1,1`,
      ]),
      ...days.map((day, i) => `${day},d${i},1,1,`),
      "2024-01-01,a2,4,4,1",
    ];
    const read = async () => ({
      rows: await rows("SELECT * FROM DP_CDR_Data ORDER BY id"),
      rejects: await rejects(),
    });
    await loadText([HEADER, ...lines].join("\n"), { max_rejects: 1 });
    const quick = await read();
    store = openStore({ path: join(folder, "other.duckdb") });
    await loadText([HEADER, ...lines].join("\r\n"), { max_rejects: 1 });
    expect(await read()).toEqual(quick);
    expect(quick.rejects.length).toBeGreaterThan(40);
    expect(quick.rows.length).toBeGreaterThan(20);
  });

  it("takes or refuses a row alike where cells are cut the quick way and where they are not, whatever is odd about it", {
    timeout: 120_000,
  }, async () => {
    const odd = [
      ...[
        "",
        " ",
        "2.5",
        "-1",
        "-0",
        "1_0",
        "1e3",
        "nan",
        "9007199254740992",
        "+7",
        "0x10",
        "1e400",
        " 3 ",
        "3\t",
      ].flatMap((cell) => [`2024-01-01,a,${cell},1,0`, `2024-01-01,a,1,${cell},0`]),
      ...["", " ", "TRUE", "1.0", "2", "na"].flatMap((cell) => [
        `2024-01-01,a,1,1,${cell}`,
        `2024-01-01,${cell},1,1,0`,
      ]),
      ...["2024-1-3", "2024/01/04", "2024-01-05 10:00:00", "2024-13-01", "1969-12-31", "2999-01-01", "20240101"].map(
        (day) => `${day},a,1,1,`,
      ),
      ...[
        "2024-01-01,b,1,1,1",
        "2024-01-01,a,1,1",
        "2024-01-01,a,1,1,0,0",
        "",
        "2024-01-01,é,1,1,0",
        "2024-01-01,a,1,1,0\n",
      ],
    ];
    const read = async (text: string) => {
      const { batchId: _id, ...result } = await loadText(text, { replace: true });
      return { result, rows: await rows("SELECT * FROM DP_CDR_Data ORDER BY id"), rejects: await rejects() };
    };
    let taken = 0;
    for (const row of odd) {
      const lines = [HEADER, "2024-01-01,b,1,2,0", row, "2024-01-02,b,1,2,0"];
      const quick = await read(lines.join("\n"));
      expect(quick, row).toEqual(await read(lines.join("\r\n")));
      taken += quick.rows.length - 2;
    }
    expect(taken).toBeGreaterThan(15);
    expect(taken).toBeLessThan(odd.length - 15);
  });

  it("numbers the rows of a large file in the order of its lines, and sets the last one aside", async () => {
    const lines = Array.from({ length: 600_000 }, (_, i) => `2024-01-01,s${i},1,2,0`);
    const result = await loadText([HEADER, ...lines, "2024-01-01,s7,1,2,0"].join("\n"));
    expect(result).toMatchObject({ batchId: 1, rows: 600_000, rejected: 1 });
    expect(await rows("SELECT count(*) AS n, min(id) AS first, max(id) AS last FROM DP_CDR_Data")).toEqual([
      { n: 600_000, first: 1, last: 600_000 },
    ]);
    expect(await rows("SELECT count(*) AS n FROM DP_CDR_Data WHERE DP_MSISDN <> 's' || (id - 1)")).toEqual([{ n: 0 }]);
    expect(await rows("SELECT Total_Outgoing_Calls AS n FROM DailySummary")).toEqual([{ n: 600_000 }]);
  });
});
