import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { inMemory } from "../store/memory-database.js";
import { readTrainingTable } from "../tables/read-training-table.js";
import { readMonitoredTable } from "../watch/read-monitored-table.js";
import type { FirstLook } from "./column-reading.js";
import { findReadings } from "./find-readings.js";
import { withTable } from "./open-table.js";
import { readValues } from "./read-columns.js";

const folder = mkdtempSync(join(tmpdir(), "readings-"));
let files = 0;

function file(content: string | Buffer, ending = "csv"): string {
  const path = join(folder, `t${files++}.${ending}`);
  writeFileSync(path, content);
  return path;
}

/** Reads a file of one column `x` beside a column of numbers. */
function column(cells: readonly string[], overrides: FirstLook = {}) {
  return read(file(`x;n\n${cells.map((cell) => `${cell};1`).join("\n")}\n`), overrides);
}

function read(path: string, overrides: FirstLook = {}) {
  return withTable(path, async (table) => {
    const { readings, notes } = await findReadings(table, table.columns.slice(0, 1), overrides);
    const [values] = await readValues(table, [{ ...readings[0], column: table.columns[0] }]);
    const { empty: _, ...reading } = readings[0];
    const cells = values instanceof Float64Array ? [...values] : [...values.codes].map((k) => values.levels[k] ?? null);
    return { reading, notes, cells };
  });
}

describe("a table of more columns than one statement takes", () => {
  const width = 1100;
  const cellsOf = (row: number) =>
    Array.from({ length: width }, (_, j) => {
      if (j === 700) return row === 2 ? "x" : "4";
      if (j % 3 === 1) return row === 1 ? "NA" : `${j},5`;
      return j % 3 === 2 ? `t${row}` : String(row + j / 1000);
    });
  const rows = Array.from({ length: 40 }, (_, row) => cellsOf(row));
  const path = file(`${rows[0].map((_, j) => `x${j}`).join(";")}\n${rows.map((row) => row.join(";")).join("\n")}\n`);

  it("is read column by column as a narrow one is", async () => {
    const { values, notes } = await withTable(path, async (table) => {
      const { readings, notes } = await findReadings(table, table.columns);
      const wanted = table.columns.map((column, j) => ({ column, ...readings[j] }));
      return { values: await readValues(table, wanted), notes };
    });
    expect(notes).toEqual([expect.stringContaining('1 of 40 cells of "x700" are not numbers, first "x" in row 3')]);
    const cells = values.map((read) =>
      read instanceof Float64Array ? [...read] : [...read.codes].map((code) => read.levels[code]),
    );
    const meant = (j: number) => (cell: string) => {
      if (j === 700 || j % 3 === 2) return cell;
      return cell === "NA" ? Number.NaN : Number(cell.replace(",", "."));
    };
    expect(cells).toEqual(Array.from({ length: width }, (_, j) => rows.map((row) => meant(j)(row[j]))));
  });

  it("names the first column that does not hold what it should", async () => {
    const strict = withTable(path, (table) =>
      readValues(
        table,
        table.columns.map((column, j) => ({
          column,
          kind: j % 3 === 2 ? "category" : "number",
          ...(j % 3 === 1 && j !== 700 ? { comma: true } : {}),
        })),
      ),
    );
    await expect(strict).rejects.toThrow(/column "x700" of .* should hold numbers, row 3 has "x"/);
  });
});

describe("a column of a text file", () => {
  it("holds numbers where all of its cells are numbers or marks of missing values", async () => {
    const { reading, cells } = await column(["1", "NA", "-", "2.5", "", "nan", "\\N", "null", "?", " 3 ", "1e3"]);
    expect(reading).toEqual({ kind: "number" });
    const gap = Number.NaN;
    expect(cells).toEqual([1, gap, gap, 2.5, gap, gap, gap, gap, gap, 3, 1000]);
  });

  const ages = Array.from({ length: 400 }, (_, i) => String(20 + (i % 37)));
  for (const at of [16, 40, 77]) ages[at] = "x";

  it("becomes one of texts by a few odd cells, which are named", async () => {
    const { reading, notes } = await column(ages);
    expect(reading.kind).toBe("category");
    expect(notes).toEqual([
      '3 of 400 cells of "x" are not numbers, first "x" in row 17: the column is read as texts; --number x reads them as missing',
    ]);
  });

  it("stays one of numbers, or of days, by a stray cell in a hundred where it is looked at to learn from, and says which are missing", async () => {
    const { reading, notes, cells } = await column(ages, { stray: true });
    expect(reading).toEqual({ kind: "number", lenient: true });
    expect(cells[16]).toBeNaN();
    expect(notes).toEqual([
      '3 of 400 cells of "x" are not numbers and count as missing, first "x" in row 17; --category x takes each cell as a text',
    ]);
    const one = Array.from({ length: 40 }, (_, i) => (i === 5 ? "12.34%" : `${i * 3}.5`));
    expect((await column(one, { stray: true })).notes[0]).toMatch(/^1 of 40 cells.*"12\.34%" in row 6/);
    const commas = await column(
      one.map((cell) => (cell === "12.34%" ? "$2000" : cell.replace(".", ","))),
      { stray: true },
    );
    expect(commas.reading).toEqual({ kind: "number", comma: true, lenient: true });
    expect([commas.cells[1], commas.cells[5]]).toEqual([3.5, Number.NaN]);
    const thousands = await column(
      Array.from({ length: 60 }, (_, i) => (i === 9 ? "n/k" : `${i + 1},${100 + i}`)),
      { stray: true },
    );
    expect(thousands.reading).toEqual({ kind: "number", thousands: true, lenient: true });
    expect(thousands.cells[0]).toBe(1100);
    const days = await column(
      Array.from({ length: 30 }, (_, i) => (i === 3 ? "soon" : `${i + 1}.03.2024`)),
      { stray: true },
    );
    expect(days.reading).toEqual({ kind: "date", format: "%d.%m.%Y", lenient: true });
    expect(days.cells[3]).toBeNaN();
    expect(days.notes[0]).toMatch(/^1 of 30 cells of "x" are not days and count as missing, first "soon" in row 4/);
  });

  it("of few different numbers is one of texts by a letter among them: it may be a code", async () => {
    const { reading, cells } = await column(
      Array.from({ length: 300 }, (_, i) => (i === 7 ? "X" : String(i % 5))),
      { stray: true },
    );
    expect(reading.kind).toBe("category");
    expect(cells[7]).toBe("X");
  });

  it("is one of numbers where a user says so, and the odd cells are missing", async () => {
    const { reading, notes, cells } = await column(ages, { number: ["x"] });
    expect(reading).toEqual({ kind: "number", lenient: true });
    expect(cells[16]).toBeNaN();
    expect(cells[17]).toBe(37);
    expect(notes).toEqual(['3 of 400 cells of "x" are not numbers and count as missing, first "x" in row 17']);
  });

  it("keeps codes with leading zeros, and says so", async () => {
    const { cells, notes } = await column(["007", "7", "0.5", "0"]);
    expect(cells).toEqual(["007", "7", "0.5", "0"]);
    expect(notes[0]).toMatch(/leading zeros.*--number x/);
    // no comma is not a decimal comma
    expect((await column(["007", "011"])).reading.kind).toBe("category");
    expect((await column(["0,7", "1,1"])).reading).toEqual({ kind: "number", comma: true });
  });

  it("takes commas for decimal points, or for marks of thousands where each has three digits behind it", async () => {
    expect((await column(["1,5", "2", "-0,25"])).cells).toEqual([1.5, 2, -0.25]);
    const thousands = await column(["950", "1,234", "12,345", "999"]);
    expect(thousands.cells).toEqual([950, 1234, 12345, 999]);
    expect(thousands.notes[0]).toMatch(/marks of thousands/);
  });

  it("says when its days fit two formats, and takes the one that a user gives", async () => {
    const days = ["03/04/2024", "05/06/2024"];
    const found = await column(days);
    expect(found.notes[0]).toMatch(/fit %m\/%d\/%Y and %d\/%m\/%Y.*--date-format/);
    const given = await column(days, { date_format: "%d/%m/%Y" });
    expect(given.cells).toEqual([Date.UTC(2024, 3, 3) / 1000, Date.UTC(2024, 5, 5) / 1000]);
    expect(given.notes).toEqual([]);
    await expect(column(days, { date_format: "%Q" })).rejects.toMatchObject({
      code: "BAD_OPTION",
      message: expect.stringContaining("--date-format"),
    });
  });

  it("takes what pandas takes for missing among texts, and no other word", async () => {
    const { cells } = await column(["a", "NA", "None", "none", "-", "", "b"]);
    expect(cells).toEqual(["a", null, null, "none", "-", null, "b"]);
    expect((await column(["a", "NA", "b"], { category: ["x"] })).cells).toEqual(["a", "NA", "b"]);
  });

  it("is named when an override names none", async () => {
    await expect(column(["1"], { number: ["y"] })).rejects.toMatchObject({ code: "BAD_USAGE" });
  });
});

describe("a file", () => {
  const late = (byte: string) => Buffer.from(`x,n\n${"a,1\n".repeat(100_000)}${byte},1\n`, "latin1");

  it("is read as Windows-1252 wherever the odd byte stands", async () => {
    const { cells } = await read(file(late("\x80\xe9")));
    expect(cells.at(-1)).toBe("€é");
    expect((await read(file(Buffer.from("x,n\n\x80,1\n", "latin1")))).cells).toEqual(["€"]);
  });

  it("may be packed, in any capitals, with zeros behind its end", async () => {
    const packed = gzipSync("x,n\n1,1\n");
    expect((await read(file(packed, "CSV.GZ"))).cells).toEqual([1]);
    expect((await read(file(Buffer.concat([packed, Buffer.alloc(70_000)]), "csv.gz"))).cells).toEqual([1]);
    await expect(read(file(packed.subarray(0, 25), "csv.gz"))).rejects.toThrow(/cut off/);
  });

  it("of Parquet says itself what its columns hold", async () => {
    const path = join(folder, "typed.pq");
    await inMemory((db) => db.run(`COPY (SELECT '12' AS x, 1.0::DOUBLE AS f) TO '${path}' (FORMAT parquet)`));
    expect((await read(path)).cells).toEqual(["12"]);
    expect((await read(path, { number: ["x"] })).cells).toEqual([12]);
    expect((await read(path, { category: ["x"] })).cells).toEqual(["12"]);
  });
});

describe("an age with NA and - in a tenth of its rows each", () => {
  const rows = Array.from({ length: 400 }, (_, i) => {
    const age = i % 10 === 0 ? "NA" : i % 10 === 1 ? "-" : String(20 + (i % 37));
    const day = new Date(Date.UTC(2024, 0, 1, i)).toISOString().slice(0, 19).replace("T", " ");
    return `${day},${(i % 100) / 100},${i % 2},${i % 2},${age}`;
  });
  const path = file(`timestamp,y_pred_proba,y_pred,y_true,age\n${rows.join("\n")}\n`);
  const missing = (values: unknown) => (values as Float64Array).filter(Number.isNaN).length;

  it("is a column of numbers in churn forest", async () => {
    const { columns, x } = await readTrainingTable(path, {
      label: "y_true",
      task: "classification",
      exclude: ["timestamp"],
    });
    const at = columns.findIndex(({ name }) => name === "age");
    expect(columns[at].kind).toBe("number");
    expect(missing(x.columns[at])).toBe(80);
  });

  it("and in churn monitor", async () => {
    const roles = { timestamp: "timestamp", y_pred_proba: "y_pred_proba", y_pred: "y_pred", y_true: "y_true" };
    const { columns, warnings } = await readMonitoredTable(path, roles);
    expect(columns?.age).toBeInstanceOf(Float64Array);
    expect(missing(columns?.age)).toBe(80);
    expect(warnings).toEqual([]);
  });
});

it("reads log[1].csv to learn from and to monitor, and not log1.csv beside it", async () => {
  writeFileSync(join(folder, "log[1].csv"), "a,y\n1,0\n2,1\n");
  writeFileSync(join(folder, "log1.csv"), "a,y\n7,0\n8,1\n");
  const path = join(folder, "log[1].csv");
  expect((await readMonitoredTable(path)).columns?.a).toEqual(Float64Array.of(1, 2));
  expect((await readTrainingTable(path, { label: "y", task: "classification" })).x.columns[0]).toEqual(
    Float64Array.of(1, 2),
  );
});
