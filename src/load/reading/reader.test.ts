import { mkdirSync, mkdtempSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { download } from "../../download/download.js";
import type { DownloadOptions } from "../../download/options.js";
import { inMemory } from "../../store/memory-database.js";
import { openStore, type Store } from "../../store/open-store.js";
import { load } from "../load.js";
import { loadFile } from "../load-file.js";
import { type LoadOptions, loadOptions } from "../options.js";

let folder: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "reader-"));
  store = openStore({ path: join(folder, "churn.duckdb") });
});

/** Downloads and loads a file; gives the result, and day, subscriber, calls and volume of each row. */
async function bring(name: string, content: string | Buffer, options: LoadOptions & DownloadOptions = {}) {
  const source = join(folder, name);
  writeFileSync(source, content);
  const data_dir = join(folder, "data");
  mkdirSync(data_dir, { recursive: true });
  const { reader } = options;
  await download({ source, data_dir, ...(reader ? { reader } : {}) });
  const result = await load(store, { source, data_dir, ...options });
  return { result, rows: await stored() };
}

const stored = () =>
  store.lease((db) =>
    db.rows(
      "SELECT CAST(DP_DATE AS VARCHAR) AS day, DP_MSISDN AS who, DP_MOC_COUNT AS n, DP_DATA_VOLUME AS mb FROM DP_CDR_Data ORDER BY ALL",
    ),
  );

const HEADER = ["DP_DATE", "DP_MSISDN", "DP_MOC_COUNT", "DP_DATA_VOLUME"];
const TWO = [
  { day: "2024-01-01", who: "a", n: 1, mb: 2.5 },
  { day: "2024-01-02", who: "é", n: 2, mb: 0 },
];
const text = (delimiter: string, end = "\n", header = true) =>
  `${[...(header ? [HEADER] : []), ["2024-01-01", "a", "1", "2.5"], ["2024-01-02", "é", "2", "0"]].map((row) => row.join(delimiter)).join(end)}${end}`;

describe("a file that was written again since its lines were counted", () => {
  it("is read as it is now, though it has as many bytes and lines", async () => {
    const path = join(folder, "log.csv");
    writeFileSync(path, text(",").replace("é", '"b"'));
    const plain = { rows: 2, bytes: statSync(path).size, mtimeMs: statSync(path).mtimeMs - 1 };
    const file = { path, format: "csv" as const, delimiter: ",", sha256: "0", rows: 2, plain };
    await loadFile(store, file, loadOptions.parse({}));
    expect(await stored()).toEqual([TWO[0], { ...TWO[1], who: "b" }]);
  });
});

describe("a text file is read as it is written", () => {
  it.each([
    ["log.tsv", text("\t"), ["delimiter tab"]],
    ["log.txt", text("|"), ["delimiter |"]],
    ["log.dat", text(";", "\r\n"), ["delimiter ;"]],
    ["LOG.TXT.GZ", gzipSync(text(",")), []],
    ["part-00000", text(","), []],
    ["sep.csv", `sep=;\n${text(";")}`, ["delimiter ;", "1 line skipped at the top"]],
    ["utf16.csv", Buffer.from(`\ufeff${text(";", "\r\n")}`, "utf16le"), ["delimiter ;", "encoding utf-16"]],
    ["be.csv", Buffer.from(`\ufeff${text(",")}`, "utf16le").swap16(), ["encoding utf-16"]],
    ["nobom.csv.gz", gzipSync(Buffer.from(text(","), "utf16le")), ["encoding utf-16"]],
    ["latin.csv", Buffer.from(text(","), "latin1"), ["encoding latin-1"]],
    [
      "1252.csv",
      Buffer.from(text(",").replace("a,", "\x80,").replace("é", "\xe9"), "latin1"),
      ["encoding windows-1252"],
    ],
  ] satisfies [string, string | Buffer, string[]][])("%s, without any option", async (name, content, said) => {
    const { result, rows } = await bring(name, content);
    expect(rows).toEqual(name === "1252.csv" ? [{ ...TWO[0], who: "€" }, TWO[1]] : TWO);
    expect(result.readAs).toEqual(said);
  });

  it("Parquet under a name without a type", async () => {
    const source = join(folder, "part-r-00001");
    await inMemory((db) =>
      db.run(
        `COPY (SELECT DATE '2024-01-01' AS DP_DATE, 'a' AS DP_MSISDN, 1 AS DP_MOC_COUNT) TO '${source}' (FORMAT parquet)`,
      ),
    );
    await download({ source, data_dir: folder });
    expect(await load(store, { source, data_dir: folder })).toMatchObject({ rows: 1 });
  });

  it("with lines above the header, or without a header, whichever way the cells are cut", async () => {
    const columns = { DP_DATE: "c1", DP_MSISDN: "c2", DP_MOC_COUNT: "c3", DP_DATA_VOLUME: "c4" };
    for (const end of ["\n", "\r\n"]) {
      store = openStore({ path: join(folder, `${end.length}.duckdb`) });
      const top = await bring("top.csv", `export of May${end}${end}${text(",", end)}`, { reader: { skip: 2 } });
      expect(top.rows).toEqual(TWO);
      expect(top.result).toMatchObject({ lines: 2, blank: 0, readAs: ["2 lines skipped at the top"] });
      const bare = await bring("bare.csv", `\ufeff${text(",", end, false)}2024-01-03,a,x,1${end}`, {
        reader: { header: false },
        columns,
        replace: true,
      });
      expect(bare.rows).toEqual(TWO);
      expect(bare.result.rejects).toMatchObject([{ firstLine: 3, reason: "not a number" }]);
      expect(bare.result.readAs[0]).toBe("no header: the columns are c1 … c4");
    }
  });

  it("with a delimiter that is named, in letters that are named, and refuses the wrong ones", async () => {
    const { rows } = await bring("log.csv", text("^"), { reader: { delimiter: "^" } });
    expect(rows).toEqual(TWO);
    const latin = Buffer.from(text(","), "latin1");
    await expect(bring("latin.csv", latin, { reader: { encoding: "utf-8" } })).rejects.toThrow(/not written in utf-8/);
    await expect(bring("x.csv", latin, { reader: { delimiter: "ab" } })).rejects.toMatchObject({ code: "BAD_OPTION" });
  });

  it("with decimal commas and thousands", async () => {
    const lines = ["2024-01-01;a;1.200;1.234,5", "2024-01-02;b;3;0,5", "2024-01-03;c;;7"];
    const csv = `${HEADER.join(";")}\n${lines.join("\n")}\n`;
    const { result, rows } = await bring("de.csv", csv, { reader: { decimal: "," }, empty_cells: "missing" });
    expect(rows).toEqual([
      { day: "2024-01-01", who: "a", n: 1200, mb: 1234.5 },
      { day: "2024-01-02", who: "b", n: 3, mb: 0.5 },
      { day: "2024-01-03", who: "c", n: null, mb: 7 },
    ]);
    expect(result.readAs).toEqual([
      "delimiter ;",
      "decimal comma",
      '"." between groups of three digits in DP_MOC_COUNT',
      '"." between groups of three digits in DP_DATA_VOLUME',
    ]);
  });

  it("with thousands where every cell of the column has them so, and not where it may be a decimal comma", async () => {
    const csv = (cells: string[]) =>
      `${HEADER.join(";")}\n${cells.map((cell, i) => `2024-01-0${i + 1};a;${cell};1`).join("\n")}\n`;
    expect((await bring("a.csv", csv(["1,234", "12", "1,234,567"]))).rows.map(({ n }) => n)).toEqual([
      1234, 12, 1234567,
    ]);
    const amounts = csv(["1", "2", "3"]).replace(/;1$/gm, ";1,234");
    await expect(bring("b.csv", amounts, { replace: true })).rejects.toThrow(/not a number[\s\S]*--reader decimal=,/);
    await expect(bring("c.csv", csv(["1,234", "12,34", "1"]), { replace: true })).rejects.toThrow(/not a number/);
  });
});

describe("a row ends where RFC 4180 ends it", () => {
  const rows = [
    '2024-01-01,a,1,1,"one\ntwo"',
    '2024-01-01,b,2,2,"say ""hi""\n\nend"',
    '2024-01-01,"c",3,3,plain',
    '2024-01-01,d,4,4,Joe "the man"',
    "2024-01-01,e,x,5,bad",
    '2024-01-01,f,6,6,"not closed',
    "2024-01-01,g,7,7,after it",
  ];
  const content = `${HEADER.join(",")},note\n${rows.join("\n")}\n`;

  it.each(["\n", "\r\n"])("with line ends %j, in cells, too", async (end) => {
    const { result, rows: found } = await bring("log.csv", content.replaceAll("\n", end));
    expect(found.map(({ who }) => who)).toEqual(["a", "b", "c", "d", "g"]);
    expect(result.rejects.map(({ firstLine, reason }) => [firstLine, reason])).toEqual([
      [9, "not a number"],
      [10, "a quote is not closed or stands inside a cell"],
    ]);
    expect(result.lines).toBe(result.rows + result.rejected + result.blank);
    expect(result).toMatchObject({ lines: 7, blank: 0, readAs: ["3 lines continue a quoted cell"] });
  });

  it("and a line above 16 MB is set aside by itself", async () => {
    const long = `2024-01-02,z,1,1,${"x".repeat(17_000_000)}`;
    const { result, rows: found } = await bring("log.csv", `${HEADER.join(",")},note\n${long}\n2024-01-02,y,1,1,ok\n`);
    expect(found.map(({ who }) => who)).toEqual(["y"]);
    expect(result.rejects).toMatchObject([{ firstLine: 2, reason: "longer than 16 MB" }]);
  });
});

it("the files of a folder without headers keep their bad rows, each with its own line", async () => {
  const parts = join(folder, "parts");
  mkdirSync(parts);
  for (const part of [0, 1, 2]) {
    const rows = Array.from({ length: 30 }, (_, i) => `2024-01-0${part + 1},s${i},${i === part ? "x" : 1},1`);
    writeFileSync(join(parts, `part-0000${part}`), `${rows.join("\n")}\n`);
  }
  const columns = { DP_DATE: "c1", DP_MSISDN: "c2", DP_MOC_COUNT: "c3", DP_DATA_VOLUME: "c4" };
  const result = await load(store, { source: parts, data_dir: folder, reader: { header: false }, columns });
  expect(result).toMatchObject({ rows: 87, rejected: 3 });
  const rejects = await store.lease((db) => db.rows("SELECT line, raw FROM rejects ORDER BY batch_id"));
  expect(rejects.map(({ line, raw }) => [line, raw])).toEqual(
    [0, 1, 2].map((part) => [part + 1, `2024-01-0${part + 1},s${part},x,1`]),
  );
});
