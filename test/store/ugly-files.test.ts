import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ChurnError } from "../../src/core/errors.js";
import { download } from "../../src/download/download.js";
import { load } from "../../src/load/load.js";
import type { LoadOptions } from "../../src/load/options.js";
import { checkStore } from "../../src/store/check-store.js";
import { explainFault } from "../../src/store/explain-fault.js";
import { inMemory } from "../../src/store/memory-database.js";
import { openStore } from "../../src/store/open-store.js";

/** A file that somebody may have, and what becomes of it: the rows that are loaded, or what the refusal says. */
type Case = [name: string, content: Buffer | string, outcome: number | RegExp, options?: LoadOptions];

const folder = mkdtempSync(join(tmpdir(), "ugly-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HEAD = "DP_DATE,DP_MSISDN,DP_MOC_COUNT,DP_DATA_VOLUME";
const GOOD = `${HEAD}\n2024-01-01,a,1,2.5\n2024-01-02,b,2,0\n`;
const csv = (...rows: string[]) => `${HEAD}\n${rows.join("\n")}\n`;
const bytes = (text: string) => Buffer.from(text, "latin1");
const many = (n: number, row: (i: number) => string) => csv(...Array.from({ length: n }, (_, i) => row(i)));
const flip = (buffer: Buffer, at: number) => {
  const copy = Buffer.from(buffer);
  copy[at] ^= 0xff;
  return copy;
};
const noise = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919 + ((i * i) % 251)) % 256));
const packed = gzipSync(many(3000, (i) => `2024-01-0${1 + (i % 9)},s${i},${i},${i / 7}`));

const TEXTS: Case[] = [
  ["empty.csv", "", /is empty/],
  ["blank.csv", "\n\n\n", /empty first line/],
  ["spaces.csv", "   \n  \n", /no column for DP_DATE/],
  ["header.csv", `${HEAD}\n`, /header but no rows/],
  ["header-no-end.csv", HEAD, /header but no rows/],
  ["one-row-no-end.csv", `${HEAD}\n2024-01-01,a,1,2`, 1],
  ["bom.csv", `\ufeff${GOOD}`, 2],
  ["two-boms.csv", `\ufeff\ufeff${GOOD}`, 2],
  ["bom-utf16le.csv", Buffer.from(`\ufeff${GOOD}`, "utf16le"), 2],
  ["bom-utf16be.csv", Buffer.from(`\ufeff${GOOD}`, "utf16le").swap16(), 2],
  ["utf16-odd.csv", Buffer.concat([Buffer.from(`\ufeff${GOOD}`, "utf16le"), Buffer.from([0x41])]), 2],
  ["utf32.csv", Buffer.concat([Buffer.from([0xff, 0xfe, 0, 0]), Buffer.alloc(400, "a\0\0\0")]), /./],
  ["latin.csv", bytes(csv("2024-01-01,Andr\xe9,1,2")), 1],
  ["half-utf8.csv", Buffer.concat([Buffer.from(csv("2024-01-01,a,1,2")), Buffer.from([0xc3])]), 1, { max_rejects: 1 }],
  ["crlf.csv", GOOD.replaceAll("\n", "\r\n"), 2],
  ["mixed-ends.csv", `${HEAD}\r\n2024-01-01,a,1,2\n2024-01-02,b,1,2\r\n`, 2],
  ["cr-only.csv", GOOD.replaceAll("\n", "\r"), /CR alone/],
  ["crcrlf.csv", GOOD.replaceAll("\n", "\r\r\n"), 2],
  ["nul-in-cell.csv", csv("2024-01-01,a\0b,1,2", "2024-01-01,c,1,2"), /binary/],
  ["nul-late.csv", many(3000, (i) => `2024-01-01,s${i}${i === 2900 ? "\0" : ""},1,2`), 2999],
  ["nuls.csv", Buffer.alloc(1000), /binary/],
  ["noise.csv", noise, /binary|no line end|no column|not CSV/],
  ["html.csv", "<!DOCTYPE html>\n<html><body>502</body></html>", /a web page/],
  ["html-bom.csv", "\ufeff\n <html><body>login</body></html>", /a web page/],
  ["xml.csv", '<?xml version="1.0"?>\n<rows/>', /a web page or XML/],
  ["json.csv", '{"error": {"code": 403}}\n', /JSON/],
  ["jsonl.csv", '{"a": 1}\n{"a": 2}\n', /JSON/],
  ["json-list.csv", '[{"DP_DATE": "2024-01-01"}]\n', /JSON/],
  ["xlsx.csv", Buffer.concat([Buffer.from("PK\x03\x04"), noise]), /zip archive or an Excel/],
  ["xls.csv", Buffer.concat([Buffer.from([0xd0, 0xcf, 0x11, 0xe0]), noise]), /old Excel/],
  ["pdf.csv", "%PDF-1.4\n...", /PDF/],
  ["gz-as-csv.csv", packed, /gzip/],
  ["parquet-as-csv.csv", "PAR1 whatever PAR1", /Parquet/],
  ["sqlite.csv", Buffer.concat([Buffer.from("SQLite format 3\0"), noise]), /SQLite/],
  ["zstd.csv", Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), noise]), /zstd/],
  ["bz2.csv", Buffer.concat([Buffer.from("BZh91AY"), noise]), /bzip2/],
  ["log.zip", Buffer.from("PK\x03\x04"), /unpack it/],
  ["log.csv.zst", Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), /zstd -d/],
  ["log.xlsx", Buffer.from("PK\x03\x04"), /save the sheet as CSV/],
  ["log.json", "{}", /convert it/],
  ["log.sqlite", "SQLite format 3\0", /export the table/],
  ["log.docx", "PK", /unknown type/],
  ["part-00001", GOOD, 2],
  ["part-00002", packed, /packed by gzip/],
  ["part-00003", noise, /./],
  ["quotes.csv", csv('"2024-01-01","a","1","2"', '"2024-01-02","b ""x""","1","2"'), 2],
  ["quote-open.csv", csv('2024-01-01,"a,1,2', "2024-01-02,b,1,2"), 1],
  ["quote-open-last.csv", csv("2024-01-02,b,1,2", '2024-01-01,"a,1,2'), 1],
  ["quote-inside.csv", csv('2024-01-01,a"b,1,2', "2024-01-02,c,1,2"), 2],
  ["quote-lines.csv", `${HEAD},note\n2024-01-01,a,1,2,"x\ny"\n2024-01-02,b,1,2,z\n`, 2],
  ["quote-everywhere.csv", many(500, (i) => `2024-01-01,"s${i},1,2`), /none of|set aside/],
  ["quoted-header.csv", `"DP_DATE","DP_MSISDN","DP_MOC_COUNT"\n2024-01-01,a,1\n`, 1],
  ["header-lines.csv", `DP_DATE,DP_MSISDN,DP_MOC_COUNT,"a\nb"\n2024-01-01,a,1,x\n`, 1],
  ["wide-row.csv", csv("2024-01-01,a,1,2,3,4", "2024-01-02,b,1,2"), 1],
  ["short-row.csv", csv("2024-01-01,a", "2024-01-02,b,1,2"), 1],
  ["cut.csv", `${HEAD}\n2024-01-01,a,1,2\n2024-01-0`, 1],
  ["no-delimiter.csv", "DP_DATE DP_MSISDN\n2024-01-01 a\n", /no column/],
  ["tabs.tsv", GOOD.replaceAll(",", "\t"), 2],
  ["sep.csv", `sep=;\n${GOOD.replaceAll(",", ";")}`, 2],
  ["title.csv", `Report of May\n\n${GOOD}`, /no column for DP_DATE.*--reader skip=/s],
  ["no-header.csv", GOOD.slice(GOOD.indexOf("\n") + 1), /no column for DP_DATE.*--reader header=false/s],
  [
    "no-header-read.csv",
    GOOD.slice(GOOD.indexOf("\n") + 1),
    2,
    { reader: { header: false }, columns: { DP_DATE: "c1", DP_MSISDN: "c2", DP_MOC_COUNT: "c3" } },
  ],
  ["title-skipped.csv", `Report of May\n\n${GOOD}`, 2, { reader: { skip: 2 } }],
  ["skip-all.csv", GOOD, /no line after/, { reader: { skip: 50 } }],
  ["twice-named.csv", `${HEAD},x,x\n2024-01-01,a,1,2,3,4\n`, /two columns are called "x"/],
  ["unnamed.csv", `DP_DATE,DP_MSISDN,DP_MOC_COUNT,,\n2024-01-01,a,1,,\n`, 1],
  ["only-key.csv", "DP_DATE,DP_MSISDN\n2024-01-01,a\n", /measure/],
  [
    "10000-columns.csv",
    `${HEAD},${Array.from({ length: 10_000 }, (_, i) => `x${i}`)}\n2024-01-01,a,1,2,${Array(10_000).fill(1)}\n`,
    1,
  ],
  ["long-line.csv", `${HEAD},x\n2024-01-01,a,1,2,${"y".repeat(17_000_000)}\n2024-01-02,b,1,2,z\n`, 1],
  ["long-header.csv", `DP_DATE,${"x".repeat(300_000)}\n2024-01-01,a\n`, /no line end in its first/],
  ["days-german.csv", many(40, (i) => `${10 + (i % 20)}.01.2024,s${i},1,2`), /date_format.*%d\.%m\.%Y/],
  ["days-two-ways.csv", many(9, (i) => `0${1 + i}/0${1 + (i % 3)}/2024,s${i},1,2`), /no day tells which/],
  [
    "days-wrong-way.csv",
    many(130, (i) => `${String(1 + (i % 13)).padStart(2, "0")}/01/2024,s${i},1,2`),
    /cannot be month first/,
    { date_format: "%m/%d/%Y" },
  ],
  ["days-epoch.csv", many(20, (i) => `${1_704_067_200 + i * 86_400},s,1,2`), /epoch_s/],
  ["days-epoch-read.csv", many(20, (i) => `${1_704_067_200 + i * 86_400},s,1,2`), 20, { time: { format: "epoch_s" } }],
  [
    "days-ms-as-s.csv",
    many(20, (i) => `${1_704_067_200_000 + i * 86_400_000},s,1,2`),
    /epoch_ms/,
    { time: { format: "epoch_s" } },
  ],
  [
    "days-s-as-ms.csv",
    many(20, (i) => `${1_704_067_200 + i * 86_400},s,1,2`),
    /epoch_s/,
    { time: { format: "epoch_ms" } },
  ],
  ["days-excel.csv", many(20, (i) => `${45_292 + i},s,1,2`), /excel/],
  ["days-excel-read.csv", many(20, (i) => `${45_292 + i},s,1,2`), 20, { date_format: "excel" }],
  ["days-no-format.csv", many(20, () => "soon,s,1,2"), /say how the days are written/],
  ["format-bad.csv", GOOD, /cannot be "%Q"/, { date_format: "%Q" }],
  ["zone-bad.csv", GOOD, /no such time zone/, { time: { zone: "Mars/Base" } }],
  ["commas.csv", `${HEAD.replaceAll(",", ";")}\n2024-01-01;a;1;2,5\n2024-01-02;b;1;0,5\n`, /decimal=,/],
  [
    "commas-read.csv",
    `${HEAD.replaceAll(",", ";")}\n2024-01-01;a;1;2,5\n2024-01-02;b;1;0,5\n`,
    2,
    { reader: { decimal: "," } },
  ],
  [
    "points-as-commas.csv",
    csv("2024-01-01,a,1,2.5", "2024-01-02,b,1,0.25"),
    /decimal point/,
    { reader: { decimal: "," } },
  ],
  ["excel-ids.csv", many(20, (i) => `2024-01-01,4.9170E+1${i % 9},1,${i}`), /digits may be lost/],
  ["no-ids.csv", many(20, (i) => `2024-01-01,unknown,1,${i}`), /no subscriber/],
  ["text-numbers.csv", many(20, (i) => `2024-01-01,s${i},many,lots`), /not a number/],
  ["infinite.csv", csv("2024-01-01,a,inf,1", "2024-01-01,b,1,1e400", "2024-01-01,c,1,1"), 1],
  ["repeated-header.csv", `${GOOD}${HEAD}\n`, 2],
];

const PACKED: Case[] = [
  ["cut.csv.gz", packed.subarray(0, packed.length - 200), /cut off/],
  ["cut-head.csv.gz", packed.subarray(0, 5), /cut off/],
  ["flipped.csv.gz", flip(packed, 200), /damaged|cut off/],
  ["bad-crc.csv.gz", flip(packed, packed.length - 6), /damaged/],
  ["plain.csv.gz", GOOD, /not packed by gzip/],
  ["zeros-behind.csv.gz", Buffer.concat([packed, Buffer.alloc(3000)]), 3000],
  ["noise-behind.csv.gz", Buffer.concat([packed, Buffer.from("garbage")]), /damaged|gzip/],
  ["two-members.csv.gz", Buffer.concat([gzipSync(GOOD), gzipSync("2024-01-03,c,1,2\n")]), 3],
  ["empty.csv.gz", gzipSync(""), /is empty/],
  ["packed-twice.csv.gz", gzipSync(gzipSync(GOOD)), /gzip/],
  ["UP.CSV.GZ", gzipSync(GOOD), 2],
];

let parquet: Buffer;
beforeAll(async () => {
  const path = join(folder, "whole.parquet");
  await inMemory((db) =>
    db.run(
      `COPY (SELECT DATE '2024-01-01' + CAST(i % 9 AS INTEGER) AS DP_DATE, 's' || i AS DP_MSISDN, i AS DP_MOC_COUNT FROM range(20000) t(i)) TO '${path}' (FORMAT parquet)`,
    ),
  );
  parquet = await import("node:fs").then(({ readFileSync }) => readFileSync(path));
});

/** Downloads and loads a file into a store of its own; whatever happens, it is told in our words, and the store is well. */
async function outcome(source: string, options: LoadOptions = {}): Promise<number | ChurnError> {
  const data_dir = mkdtempSync(join(folder, "data-"));
  const path = join(data_dir, "churn.duckdb");
  const store = openStore({ path });
  try {
    await download({ source, data_dir, ...(options.reader ? { reader: options.reader } : {}) });
    const result = await load(store, { source, data_dir, ...options });
    expect(result.lines).toBe(
      result.rows + result.rejected + result.merged + result.storedBefore + result.heldBack + result.blank,
    );
    expect((await checkStore(store)).checks.filter(({ ok }) => !ok)).toEqual([]);
    return result.rows;
  } catch (error) {
    // a fault that only the last net catches is one that nobody thought of
    expect(error, `${source}: ${String(error)}`).toBeInstanceOf(ChurnError);
    expect(existsSync(path), "an empty store is left behind").toBe(false);
    return error as ChurnError;
  }
}

async function expectOutcome(source: string, expected: number | RegExp, options?: LoadOptions): Promise<void> {
  const found = await outcome(source, options);
  if (typeof expected === "number") expect(found instanceof ChurnError ? found.message : found).toBe(expected);
  else {
    expect(found, `loaded ${found}`).toBeInstanceOf(ChurnError);
    expect((found as ChurnError).message).toMatch(expected);
  }
}

describe("an ugly file", () => {
  it.each([...TEXTS, ...PACKED])(
    "%s ends in rows that are right, or in words of ours",
    { timeout: 120_000 },
    async (name, content, expected, options) => {
      const source = join(folder, name);
      writeFileSync(source, content);
      await expectOutcome(source, expected, options);
    },
  );

  it.each([
    ["whole.parquet", (p: Buffer) => p, 20_000],
    ["whole.pq", (p: Buffer) => p, 20_000],
    ["cut.parquet", (p: Buffer) => p.subarray(0, p.length - 100), /cut off/],
    ["no-start.parquet", (p: Buffer) => p.subarray(50), /not a Parquet file/],
    ["flipped-length.parquet", (p: Buffer) => flip(p, p.length - 7), /Parquet/],
    [
      "zeroed-pages.parquet",
      (p: Buffer) => Buffer.concat([p.subarray(0, 200), Buffer.alloc(5000), p.subarray(5200)]),
      /damaged|Parquet|none of|set aside/,
    ],
    ["text.parquet", () => Buffer.from(GOOD), /not a Parquet file/],
    ["short.parquet", () => Buffer.from("PAR1"), /Parquet/],
    ["magic-only.parquet", () => Buffer.from("PAR1PAR1"), /Parquet/],
  ] as const)("%s", async (name, make, expected) => {
    const source = join(folder, name);
    writeFileSync(source, make(parquet));
    await expectOutcome(source, expected);
  });

  it("that is no file is told as what it is", async () => {
    mkdirSync(join(folder, "folder.csv"), { recursive: true });
    await expectOutcome(join(folder, "folder.csv"), /no log/);
    await expectOutcome(join(folder, "nowhere.csv"), /no such file|no log/);
    symlinkSync(join(folder, "circle.csv"), join(folder, "circle.csv"));
    await expectOutcome(join(folder, "circle.csv"), /./);
    await expectOutcome("/dev/null", /device|unknown type|not a file/);
    await expectOutcome(join(folder, `${"x".repeat(300)}.csv`), /name|no such/);
    if (process.getuid?.() !== 0) {
      const secret = join(folder, "secret.csv");
      writeFileSync(secret, GOOD);
      chmodSync(secret, 0);
      await expectOutcome(secret, /permission denied/);
    }
  });
});

describe("a store that is none", () => {
  it.each([
    ["text", Buffer.from(GOOD)],
    ["sqlite", Buffer.concat([Buffer.from("SQLite format 3\0"), noise])],
    ["noise", noise],
  ])("of %s is told, and stays as it is", async (name, content) => {
    const path = join(folder, `${name}.duckdb`);
    writeFileSync(path, content);
    const store = openStore({ path });
    await expect(checkStore(store)).rejects.toMatchObject({ code: expect.stringMatching(/STORE_DAMAGED|NO_DATA/) });
    expect(existsSync(path)).toBe(true);
  });

  it("or is damaged, is told as damaged", async () => {
    const source = join(folder, "large.csv");
    writeFileSync(
      source,
      many(60_000, (i) => `2024-01-0${1 + (i % 9)},s${i},${i % 50},${i / 7}`),
    );
    const path = join(folder, "hurt.duckdb");
    await download({ source, data_dir: folder });
    await load(openStore({ path }), { source, data_dir: folder });
    const { readFileSync } = await import("node:fs");
    const whole = readFileSync(path);
    for (const hurt of [
      // the last blocks may be free
      whole.subarray(0, whole.length / 2),
      // in every block: which of them hold rows is DuckDB's to choose
      blocksOf(whole).reduce((hurt, start) => flip(hurt, start + 50_000), whole),
      flip(whole, 100),
    ]) {
      const other = join(mkdtempSync(join(folder, "hurt-")), "churn.duckdb");
      writeFileSync(other, hurt);
      const fault = await checkStore(openStore({ path: other })).catch((error: unknown) => error);
      expect(fault).toMatchObject({ code: "STORE_DAMAGED" });
    }
  }, 120_000);
});

/** Where the blocks of a database file begin: three headers of 4 KiB, then blocks of 256 KiB. */
const blocksOf = ({ length }: Buffer) =>
  Array.from({ length: Math.floor((length - 12_288) / 262_144) }, (_, block) => 12_288 + block * 262_144);

it("the last net tells faults of libraries, and leaves those of the program as they are", () => {
  const fault = (message: string, more: object = {}) => explainFault(Object.assign(new Error(message), more), "x.csv");
  expect(fault("ENOENT: no such file", { code: "ENOENT", path: "/a/b" })).toMatchObject({ code: "NOT_FOUND" });
  expect(fault("incorrect header check", { code: "Z_DATA_ERROR" })).toMatchObject({ code: "BAD_INPUT" });
  expect(fault("Invalid Input Error: CSV Error on Line: 7\nUnterminated quote")?.message).toMatch(/x\.csv: line 7/);
  expect(fault("Out of Memory Error: could not allocate block")).toMatchObject({ code: "STORE_FULL" });
  expect(fault("IO Error: Corrupt database file: computed checksum 1")).toMatchObject({ code: "STORE_DAMAGED" });
  expect(fault("Binder Error: Referenced column not found")).toBeUndefined();
  expect(explainFault(new TypeError("x is not a function"))).toBeUndefined();
});
