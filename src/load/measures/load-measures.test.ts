import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { inMemory } from "../../store/memory-database.js";
import { openStore, type Store } from "../../store/open-store.js";
import type { LoadResult } from "../ledger/load-result.js";
import { loadFile } from "../load-file.js";
import { type LoadOptions, loadOptions } from "../options.js";

let folder: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "measures-"));
  store = openStore({ path: join(folder, "churn.duckdb") });
});

async function load(content: string | Buffer, options: LoadOptions, name = "log.csv"): Promise<LoadResult> {
  const path = join(folder, name);
  writeFileSync(path, content);
  const sha256 = createHash("sha256").update(content).digest("hex");
  const format = name.endsWith(".parquet") ? "parquet" : "csv";
  const rows = format === "csv" ? String(content).trim().split(/\r?\n/).length - 1 : 0;
  return loadFile(
    store,
    { path, format, delimiter: ",", sha256, rows },
    loadOptions.parse({ source: name, ...options }),
  );
}

async function parquet(sql: string): Promise<Buffer> {
  const path = join(folder, "made.parquet");
  await inMemory((db) => db.run(`COPY (${sql}) TO '${path}' (FORMAT parquet)`));
  return readFileSync(path);
}

const rows = (sql: string) => store.lease((db) => db.rows(sql));

const CALLS = `start,msisdn,type,direction,duration,bytes
2024-01-05 08:00:01,u1,CALL,OUT,60,
2024-01-05 23:10:00,u1,CALL,OUT,30,
2024-01-05 09:00:00,u1,CALL,IN,10,
2024-01-05 10:00:00,u1,SMS,OUT,,
2024-01-05 11:00:00,u2,DATA,,,1500000
2024-01-06 08:00:00,u2,,OUT,5,
`;
const CALL_MEASURES = {
  DP_MOC_COUNT: "count(*) FILTER (type = 'CALL' AND direction = 'OUT')",
  DP_MOC_DURATION: { sql: "sum(duration) FILTER (type = 'CALL' AND direction = 'OUT')", unit: "s" },
  volume: { sql: "sum(bytes) / 1e6", unit: "MB", title: "data volume", negative: false },
  night: "count_if(hour(start) >= 22)",
  longest: "max(duration)",
} satisfies LoadOptions["measures"];
const EVENTS: LoadOptions = { grain: "event", columns: { subscriber: "msisdn", time: "start" } };

describe("measures of events", () => {
  it("are computed from types, directions and times of calls", async () => {
    const result = await load(CALLS, { ...EVENTS, measures: CALL_MEASURES });
    expect(result).toMatchObject({ lines: 6, rows: 3, merged: 3, rejected: 0, unused: [] });
    expect(
      await rows(
        "SELECT DP_MSISDN AS who, DP_MOC_COUNT AS calls, DP_MOC_DURATION AS time, volume, night, longest FROM DP_CDR_Data ORDER BY DP_DATE, who",
      ),
    ).toEqual([
      { who: "u1", calls: 2, time: 90, volume: null, night: 1, longest: 60 },
      { who: "u2", calls: 0, time: null, volume: 1.5, night: 0, longest: null },
      { who: "u2", calls: 0, time: null, volume: null, night: 0, longest: 5 },
    ]);
    const columns = await store.recordColumns();
    expect(columns.find(({ name }) => name === "volume")).toMatchObject({ title: "data volume", unit: "MB" });
    expect(columns.find(({ name }) => name === "night")).toMatchObject({ kind: "count", reads: { start: "time" } });
  });

  it("add up over hourly files, in any cut of them, as one file does", async () => {
    const [header, ...lines] = CALLS.trim().split("\n");
    for (const [index, line] of lines.entries()) {
      await load(`${header}\n${line}\n`, { ...EVENTS, measures: CALL_MEASURES }, `part${index}.csv`);
    }
    const read =
      "SELECT DP_MSISDN, DP_DATE, DP_MOC_COUNT, DP_MOC_DURATION, volume, night, longest FROM DP_CDR_Data ORDER BY ALL";
    const cut = await rows(read);
    store = openStore({ path: join(folder, "whole.duckdb") });
    await load(CALLS, { ...EVENTS, measures: CALL_MEASURES });
    expect(cut).toEqual(await rows(read));
  });

  it("name columns with spaces, capitals and words of SQL", async () => {
    const log = "when,who,order,Call Type,group\n2024-01-01,a,2,Home Return,x\n2024-01-01,a,3,home,\n";
    await load(log, {
      grain: "event",
      columns: { time: "when", subscriber: "who" },
      measures: {
        order: 'sum("order")',
        returns: `sum("order") FILTER (lower("call type") LIKE '%return')`,
        grouped: 'count("GROUP")',
      },
    });
    expect(await rows('SELECT "order", returns, grouped FROM DP_CDR_Data')).toEqual([
      { order: 5, returns: 2, grouped: 1 },
    ]);
  });

  it("are money that comes and goes: quantity times price, with returns", async () => {
    const log = `invoice,day,customer,quantity,price
1,2024-01-01,a,2,1.50
2,2024-01-01,a,-1,1.50
3,2024-01-02,a,-4,2.25
4,2024-01-02,b,1,-
5,2024-01-02,c,1,free
`;
    const options: LoadOptions = {
      grain: "event",
      columns: { time: "day", subscriber: "customer" },
      measures: { spend: { sql: "sum(quantity * price)", unit: "GBP" }, lines: "count(*)" },
    };
    const result = await load(log, { ...options, max_rejects: 1 });
    expect(result).toMatchObject({ rows: 3, rejected: 1, unused: ["invoice"] });
    expect(result.rejects).toMatchObject([{ columnName: "price", reason: "not a number", rows: 1, firstLine: 6 }]);
    const read = "SELECT DP_MSISDN AS who, spend, lines FROM DP_CDR_Data ORDER BY DP_DATE, who";
    expect(await rows(read)).toEqual([
      { who: "a", spend: 1.5, lines: 2 },
      { who: "a", spend: -9, lines: 1 },
      { who: "b", spend: null, lines: 1 },
    ]);
  });

  it("set the records of a day aside that come to less than nothing, where that cannot be", async () => {
    const log = "day,who,n\n2024-01-01,a,5\n2024-01-01,a,-7\n2024-01-01,b,1\n2024-01-02,a,1\n";
    const options = { grain: "event", columns: { day: "day", subscriber: "who" }, max_rejects: 1 } as const;
    const result = await load(log, { ...options, measures: { taken: { sql: "sum(n)", negative: false } } });
    expect(result).toMatchObject({ lines: 4, rows: 2, rejected: 2, merged: 0 });
    expect(result.rejects).toMatchObject([
      { columnName: "taken", reason: "negative, over the records of this subscriber and day", rows: 2, firstLine: 2 },
    ]);
  });

  it("set the records of a day aside whose result is not finite or no whole number", async () => {
    const log = "day,who,n,m\n2024-01-03,d,2,1\n2024-01-01,a,5,0\n2024-01-01,b,1,2\n2024-01-02,c,1,4\n";
    const options = { grain: "event", columns: { day: "day", subscriber: "who" }, max_rejects: 1 } as const;
    const result = await load(log, {
      ...options,
      measures: { ratio: "sum(n / m)", half: { sql: "sum(n / 2)", kind: "count" } },
    });
    expect(result.rejects.map(({ columnName, reason, rows: n }) => [columnName, reason.split(",")[0], n])).toEqual([
      ["half", "not a whole number", 2],
      ["ratio", "not a finite number", 1],
    ]);
  });

  it("read codes as texts where they are compared with texts, and as numbers where they are not", async () => {
    const log = "day,who,code,flag\n2024-01-02,b,7,\n2024-01-01,a,7,true\n2024-01-01,a,12,False\n2024-01-01,a,7,\n";
    await load(log, {
      grain: "event",
      columns: { day: "day", subscriber: "who" },
      measures: {
        seven: "count_if(code = '7')",
        total: "sum(code) FILTER (code IN ('7', '12'))",
        large: "count_if(code > 10)",
        flagged: "count_if(flag)",
        unflagged: "count(*) FILTER (NOT flag)",
        shown: "count_if(CAST(code AS VARCHAR) = '12') FILTER (flag IS NOT NULL)",
      },
    });
    expect(
      await rows("SELECT seven, total, large, flagged, unflagged, shown FROM DP_CDR_Data ORDER BY DP_MSISDN"),
    ).toEqual([
      { seven: 2, total: 26, large: 1, flagged: 1, unflagged: 1, shown: 1 },
      { seven: 1, total: 7, large: 0, flagged: 0, unflagged: 0, shown: 0 },
    ]);
  });

  it("read the time as the options say that it is written, on the clock of their zone", async () => {
    const measures = { night: "count_if(hour(t) >= 22)", span: "sum(until - t)", late: "count_if(hour(u) >= 22)" };
    const options = { grain: "event", columns: { time: "t", subscriber: "who" } } as const;
    // 22:30 and 10:00 UTC are 23:30 and 11:00 in Rome
    await load(
      "t,who,until,u\n1704234600,a,1704234660,2024-01-02T22:30:00Z\n1704189600,a,1704189610,2024-01-02 10:00:00\n",
      {
        ...options,
        time: { format: "epoch_s", zone: "Europe/Rome" },
        measures: { ...measures, night: "count_if(hour(t) = 23)", late: "count_if(hour(u) = 23)" },
      },
    );
    expect(await rows("SELECT night, span, late FROM DP_CDR_Data")).toEqual([{ night: 1, span: 70, late: 1 }]);
    store = openStore({ path: join(folder, "days.duckdb") });
    await load("t,who,until,u\n02/01/2024 22:30,a,7,2024-01-02 21:00\n02/01/2024 10:00,a,7,\n", {
      ...options,
      time: { format: "%d/%m/%Y %H:%M" },
      measures: { night: measures.night, late: measures.late },
    });
    expect(await rows("SELECT night, late FROM DP_CDR_Data")).toEqual([{ night: 1, late: 0 }]);
  });

  it("set rows aside whose cells a cast cannot take, and take what TRY_CAST passes over", async () => {
    const log =
      "day,who,len,size\n2024-01-01,a,00:05:30,5\n2024-01-01,a,soon,6\n2024-01-01,a,00:00:30,1e10\n2024-01-01,b,,1\n";
    const result = await load(log, {
      grain: "event",
      columns: { day: "day", subscriber: "who" },
      max_rejects: 1,
      measures: {
        seconds: "sum(epoch(CAST(len AS INTERVAL)))",
        size: "sum(CAST(size AS INTEGER))",
        tried: "sum(TRY_CAST(len AS INTEGER))",
      },
    });
    expect(result.rejects).toMatchObject([
      { columnName: "len", reason: "cannot be cast to INTERVAL", rows: 1, firstLine: 3 },
      { columnName: "size", reason: "cannot be cast to INTEGER", rows: 1, firstLine: 4 },
    ]);
    expect(await rows("SELECT DP_MSISDN AS who, seconds, size, tried FROM DP_CDR_Data ORDER BY who")).toEqual([
      { who: "a", seconds: 330, size: 5, tried: null },
      { who: "b", seconds: null, size: 1, tried: null },
    ]);
  });

  it("come of a Parquet file with nested columns beside them, by the types that it has", async () => {
    const made = await parquet(`SELECT * FROM (VALUES
      (TIMESTAMP '2024-01-01 10:00:00', 'a', 5::SMALLINT, 1.25::DECIMAL(9, 2), true, '7', {'x': 1}, [1, 2]),
      (TIMESTAMP '2024-01-01 11:00:00', 'a', NULL, 2.50, false, '08', NULL, NULL)) t("Start", who, n, price, ok, code, nested, list)`);
    const result = await load(
      made,
      {
        grain: "event",
        columns: { time: "Start", subscriber: "who" },
        measures: {
          n: "sum(n)",
          price: "sum(price)",
          good: "count_if(ok)",
          morning: "count_if(hour(start) < 11)",
          eight: "count_if(code = '08')",
        },
      },
      "made.parquet",
    );
    expect(result).toMatchObject({ rows: 1, merged: 1, rejected: 0, unused: ["nested", "list"] });
    expect(await rows("SELECT n, price, good, morning, eight FROM DP_CDR_Data")).toEqual([
      { n: 5, price: 3.75, good: 1, morning: 1, eight: 1 },
    ]);
    await expect(
      load(
        made,
        { ...EVENTS, columns: { time: "Start", subscriber: "who" }, measures: { m: "count(nested)" } },
        "made.parquet",
      ),
    ).rejects.toThrow("which holds STRUCT(x INTEGER): no single value");
  });

  it("pass over what is missing in a sum of sums, in one file as in two", async () => {
    const header = "day,who,up,down\n";
    const lines = ["2024-01-01,a,5,\n", "2024-01-01,a,,3\n"];
    const options: LoadOptions = {
      grain: "event",
      columns: { day: "day", subscriber: "who" },
      measures: {
        both: "sum(up) + sum(down)",
        net: "sum(up) - sum(down)",
        none: "coalesce(sum(up) FILTER (up > 9), 0)",
      },
    };
    const read = 'SELECT "both", net, none FROM DP_CDR_Data';
    await load(header + lines.join(""), options);
    expect(await rows(read)).toEqual([{ both: 8, net: 2, none: 0 }]);
    store = openStore({ path: join(folder, "two.duckdb") });
    for (const [index, line] of lines.entries()) await load(header + line, options, `${index}.csv`);
    expect(await rows(read)).toEqual([{ both: 8, net: 2, none: 0 }]);
  });

  it("are the number of records in a log of who and when", async () => {
    const result = await load("author,when\nann,2024-01-01 10:00:00\nbob,2024-01-01\nann,2024-01-01T12:00:00Z\n", {
      grain: "event",
      columns: { subscriber: "author", time: "when" },
    });
    expect(result).toMatchObject({ rows: 2, merged: 1, absent: [], unused: [] });
    expect(await rows("SELECT DP_MSISDN AS who, records FROM DP_CDR_Data ORDER BY who")).toEqual([
      { who: "ann", records: 2 },
      { who: "bob", records: 1 },
    ]);
    const twice = await load(
      "author,when\nann,2024-01-01\n",
      { grain: "event", columns: { subscriber: "author", time: "when" } },
      "next.csv",
    );
    expect(twice).toMatchObject({ rows: 0, added: 1 });
    expect(await rows("SELECT sum(records) AS n FROM DP_CDR_Data")).toEqual([{ n: 4 }]);
  });
});

describe("measures of days", () => {
  it("are computed of each row, and rows are set aside that cannot be", async () => {
    const log =
      "day,who,up,down\n2024-01-01,a,1.5,2\n2024-01-01,b,,2\n2024-01-01,c,1,x\n2024-01-01,d,1,-9\n2024-01-02,a,0,0\n";
    const result = await load(log, {
      columns: { day: "day", subscriber: "who" },
      max_rejects: 1,
      measures: { data: { sql: "up + down", unit: "MB", negative: false }, busy: { sql: "up > 1", kind: "count" } },
    });
    expect(result.rejects).toMatchObject([
      { columnName: "down", reason: "not a number", firstLine: 4 },
      { columnName: "data", reason: "negative", firstLine: 5 },
    ]);
    expect(await rows("SELECT DP_MSISDN AS who, data, busy FROM DP_CDR_Data ORDER BY DP_DATE, who")).toEqual([
      { who: "a", data: 3.5, busy: 1 },
      { who: "b", data: null, busy: null },
      { who: "a", data: 0, busy: 0 },
    ]);
  });

  it("may be plain columns of their own name, or of the one that is mapped", async () => {
    await load("day,who,visits,kg\n2024-01-01,a,2,-1.5\n", {
      columns: { day: "day", subscriber: "who", weight: "kg" },
      measures: { visits: { kind: "count", title: "visits to the shop" }, weight: { unit: "kg", negative: true } },
    });
    expect(await rows("SELECT visits, weight FROM DP_CDR_Data")).toEqual([{ visits: 2, weight: -1.5 }]);
    // the store knows them from now on
    await load(
      "day,who,VISITS,weight\n2024-01-02,a,3,-2\n",
      { columns: { day: "day", subscriber: "who" } },
      "next.csv",
    );
    expect(await rows("SELECT sum(visits) AS visits, sum(weight) AS weight FROM DP_CDR_Data")).toEqual([
      { visits: 5, weight: -3.5 },
    ]);
    expect((await store.recordColumns()).find(({ name }) => name === "visits")?.title).toBe("visits to the shop");
  });
});

describe("a measure is refused, before anything is stored,", () => {
  const refused = async (measures: LoadOptions["measures"], words: string, more: LoadOptions = EVENTS) => {
    await expect(load(CALLS, { ...more, measures })).rejects.toMatchObject({
      code: "BAD_OPTION",
      message: expect.stringContaining(words),
    });
    expect(existsSync(store.path)).toBe(false);
  };

  it("with a column that the file does not have, naming the nearest", async () => {
    await refused({ m: "sum(durration)" }, "did you mean duration?");
    await refused({ m: "count_if(type = CALL)" }, 'names a column "CALL" that the file does not have');
  });

  it("whose cells it cannot take, saying what they hold", async () => {
    await refused({ m: "sum(type)" }, "type holds texts");
    await refused({ m: "sum(hour(duration))" }, "duration holds numbers");
    await refused({ m: "max(start)" }, "gives TIMESTAMP, and a measure is a number");
    await refused({ m: "max(start - start)" }, "epoch(…) makes seconds");
    await refused({ m: "count_if(start > 'noon')" }, "cannot be computed");
  });

  it("which is of a single record what DuckDB knows no value of", async () => {
    const log = "day,who,n\n2024-01-01,a,5\n2024-01-01,b,-1\n";
    for (const grain of ["day", "event"] as const) {
      const sql = grain === "day" ? "ln(n)" : "sum(ln(n))";
      const measures = { fine: grain === "day" ? "n" : "sum(n)", m: sql };
      await expect(load(log, { grain, columns: { day: "day", subscriber: "who" }, measures })).rejects.toMatchObject({
        code: "BAD_INPUT",
        message: expect.stringContaining(
          "measure m cannot be computed of every record, as DuckDB says: cannot take logarithm",
        ),
      });
    }
  });

  it("that is no column of the file, and is not computed", async () => {
    await refused({ duration_s: { unit: "s" } }, 'has no "sql", and the file has no column of this name');
  });

  it("with a column that is mapped, too", async () => {
    await refused({ DP_MOC_COUNT: "count(*)" }, "a measure that is computed", {
      ...EVENTS,
      columns: { ...EVENTS.columns, DP_MOC_COUNT: "duration" },
    });
  });
});

it("reads a column of a later file in the way of the first one", async () => {
  const log = (code: string) => `day,who,code\n2024-01-01,a,${code}\n`;
  const options: LoadOptions = {
    grain: "event",
    columns: { day: "day", subscriber: "who" },
    measures: { m: "max(length(code))", n: "count(code)" },
    max_rejects: 1,
  };
  await load(log("12"), options);
  expect(await rows("SELECT m, n FROM DP_CDR_Data")).toEqual([{ m: 2, n: 1 }]);
  // a column of numbers, by the first file
  const next = await load(log("abc"), options, "next.csv").catch((error: Error) => error.message);
  expect(next).toContain("code is not a number");
});
