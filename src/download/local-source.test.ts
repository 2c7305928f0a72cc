import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../test/download/temporary-folder.js";
import { text } from "../store/database.js";
import { inMemory } from "../store/memory-database.js";
import { download } from "./download.js";
import { findManifest } from "./manifest.js";

const CSV = "customer,day,quantity,amount\n00012,2021-01-01,1,11.77\n00013,2021-01-02,2,12\n";
const sha256 = (bytes: string | Buffer) => createHash("sha256").update(bytes).digest("hex");

let folder: string;
let data_dir: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  data_dir = join(folder, "data");
});

async function put(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, content);
  return path;
}

describe("a path", () => {
  it("is hashed where it lies, and described", async () => {
    const source = await put("log.csv", CSV);
    const result = await download({ source, data_dir });
    expect(result).toMatchObject({
      source,
      file: source,
      format: "csv",
      delimiter: ",",
      bytes: CSV.length,
      rows: 2,
      sha256: sha256(CSV),
      columns: [
        { name: "customer", type: "text" },
        { name: "day", type: "date" },
        { name: "quantity", type: "integer" },
        { name: "amount", type: "number" },
      ],
      up_to_date: false,
    });
    expect(await readdir(data_dir)).toHaveLength(1);
    expect(await readFile(source, "utf8")).toBe(CSV);
  });

  it("in the data folder is kept relative to it, so that both may move together", async () => {
    const source = await put("data/log.csv", CSV);
    expect((await download({ source, data_dir })).file).toBe("log.csv");
    expect(await readdir(data_dir)).toEqual(["log.csv", "log.csv.manifest.json"]);
    const moved = join(folder, "moved");
    await rename(data_dir, moved);
    expect((await findManifest(join(moved, "log.csv"), moved))?.sha256).toBe(sha256(CSV));
  });

  it("packed by gzip is hashed as it is and counted unpacked", async () => {
    const packed = gzipSync(CSV);
    const source = await put("log.csv.gz", packed);
    expect(await download({ source, data_dir })).toMatchObject({
      sha256: sha256(packed),
      bytes: packed.length,
      rows: 2,
    });
  });

  it("packed by gzip in several members is read to its end", async () => {
    const source = await put("log.csv.gz", Buffer.concat([gzipSync(CSV), gzipSync("14,2021-01-03,1,1\n")]));
    expect((await download({ source, data_dir })).rows).toBe(3);
  });

  it("of Parquet has its rows and columns from its footer", async () => {
    const source = join(folder, "log.parquet");
    await inMemory((db) =>
      db.run(
        `COPY (SELECT 'a' || i AS id, DATE '2021-01-01' AS day, i AS n, i / 2 AS x FROM range(5000) t(i)) TO ${text(source)}`,
      ),
    );
    expect(await download({ source, data_dir })).toMatchObject({
      format: "parquet",
      delimiter: null,
      rows: 5000,
      sha256: sha256(await readFile(source)),
      columns: [
        { name: "id", type: "text" },
        { name: "day", type: "date" },
        { name: "n", type: "integer" },
        { name: "x", type: "number" },
      ],
    });
  });

  it.each([
    ["CR LF", CSV.replaceAll("\n", "\r\n"), 2],
    ["a BOM", `\ufeff${CSV}`, 2],
    ["no last line end", CSV.slice(0, -1), 2],
    ["blank lines", CSV.replaceAll("\n", "\n\n\r\n"), 2],
    ["a line of spaces, which is a row", `${CSV}  \n`, 3],
  ])("with %s has the same columns and rows", async (_, content, rows) => {
    const result = await download({ source: await put("log.csv", content), data_dir });
    expect(result.rows).toBe(rows);
    expect(result.columns.map((column) => column.name)).toEqual(["customer", "day", "quantity", "amount"]);
  });

  it("with names in Latin-1 is read", async () => {
    const source = await put("log.csv", Buffer.from("größe;tag\n1;2021-01-01\n", "latin1"));
    expect((await download({ source, data_dir })).columns.map((column) => column.name)).toEqual(["größe", "tag"]);
  });

  it("of many blocks is counted as a whole", async () => {
    const rows = 200_000;
    const content = `id,day,n\n${Array.from({ length: rows }, (_, i) => `${i},2021-01-01,${i % 7}\n`).join("")}`;
    const seen: number[] = [];
    const result = await download(
      { source: await put("log.csv", content), data_dir },
      { onProgress: (progress) => progress.task === "check" && seen.push(progress.done / (progress.total as number)) },
    );
    expect(result).toMatchObject({ rows, sha256: sha256(content) });
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  it("is found by every way to write it, and of one name in two folders twice", async () => {
    const a = await put("a/log.csv", CSV);
    const b = await put("b/log.csv", CSV.replace("00012", "99"));
    const c = await put("data/log.csv", CSV.replace("00012", "77"));
    for (const source of [a, b, c]) await download({ source, data_dir });
    expect((await findManifest(relative(process.cwd(), a), data_dir))?.file).toBe(a);
    expect((await findManifest(`file://${b}`, data_dir))?.file).toBe(b);
    expect((await findManifest(join(folder, "x", "..", "data", "log.csv"), data_dir))?.file).toBe("log.csv");
    expect(await findManifest(join(folder, "log.csv"), data_dir)).toBeUndefined();
  });
});

describe("a second run", () => {
  it("does nothing as long as size and time of the file are the same", async () => {
    const source = await put("log.csv", CSV);
    const first = await download({ source, data_dir });
    const progress: unknown[] = [];
    const second = await download({ source, data_dir }, { onProgress: (each) => progress.push(each) });
    expect(second).toEqual({ ...first, up_to_date: true });
    expect(progress).toEqual([]);
  });

  it("finds nothing new in a file that was only touched", async () => {
    const source = await put("log.csv", CSV);
    const first = await download({ source, data_dir });
    await utimes(source, new Date(0), new Date(1e12));
    expect(await findManifest(source, data_dir)).toMatchObject({ sha256: first.sha256 });
    expect(await download({ source, data_dir })).toEqual({ ...first, mtime_ms: 1e12, up_to_date: true });
  });

  it("takes a changed file again, and until then nobody reads it as the old one", async () => {
    const source = await put("log.csv", CSV);
    await download({ source, data_dir });
    await writeFile(source, CSV.replace("11.77", "11.78"));
    await utimes(source, new Date(0), new Date(1e12));
    await expect(findManifest(source, data_dir)).rejects.toThrow(
      /changed since it was downloaded[\s\S]*churn download/,
    );
    expect(await download({ source, data_dir })).toMatchObject({ up_to_date: false });
    expect(await findManifest(source, data_dir)).toMatchObject({ sha256: sha256(CSV.replace("11.77", "11.78")) });
  });

  it("with force hashes again", async () => {
    const source = await put("log.csv", CSV);
    const first = await download({ source, data_dir });
    const tasks = new Set<string>();
    const again = await download({ source, data_dir, force: true }, { onProgress: ({ task }) => tasks.add(task) });
    expect(again).toMatchObject({ sha256: first.sha256, up_to_date: true });
    expect([...tasks]).toEqual(["check"]);
  });

  it("makes a damaged manifest again", async () => {
    const source = await put("data/log.csv", CSV);
    await download({ source, data_dir });
    await truncate(join(data_dir, "log.csv.manifest.json"), 40);
    expect(await findManifest(source, data_dir)).toBeUndefined();
    expect((await download({ source, data_dir })).up_to_date).toBe(false);
    expect((await findManifest(source, data_dir))?.rows).toBe(2);
  });

  it("finds no manifest of a file that is gone", async () => {
    const source = await put("log.csv", CSV);
    await download({ source, data_dir });
    await rm(source);
    expect(await findManifest(source, data_dir)).toBeUndefined();
    await expect(download({ source, data_dir })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("a fault", () => {
  const packed = gzipSync(
    `id,day\n${Array.from({ length: 5000 }, (_, i) => `${(i * 7919) % 5003},2021-01-01\n`).join("")}`,
  );
  const damaged = Buffer.from(packed);
  damaged.fill(0, 2000, 2400);

  it.each<[name: string, content: string | Buffer, message: RegExp]>([
    ["empty.csv", "", /empty\.csv is empty/],
    ["header.csv", "a,b\n", /has a header but no rows/],
    ["header.csv.gz", gzipSync("a,b\r\n\r\n"), /has a header but no rows/],
    ["empty.csv.gz", gzipSync(""), /is empty/],
    ["blank.csv", "\na,b\n1,2\n", /empty first line/],
    ["cut.csv.gz", packed.subarray(0, -100), /is cut off: its gzip data end too early/],
    ["damaged.csv.gz", damaged, /is damaged: its gzip data cannot be unpacked/],
    ["plain.csv.gz", CSV, /is not packed by gzip, against its name/],
    ["packed.csv", packed, /is gzip, not CSV/],
    ["page.csv", "<!DOCTYPE html>\n<p>login</p>\n", /is a web page or XML, not CSV/],
    ["sheet.csv", Buffer.from("PK\u0003\u0004…"), /is a zip archive or an Excel workbook, not CSV/],
    ["mac.csv", "a,b\r1,2\r", /ends its lines in CR alone/],
    ["long.csv", "x".repeat(300_000), /has no line end in its first 262144 bytes/],
    ["cut.parquet", "PAR1 and then nothing", /is cut off: a Parquet file ends in PAR1/],
    ["damaged.parquet", "PAR1 and then nonsense PAR1", /cannot be read as Parquet/],
    ["log.parquet", CSV, /is not a Parquet file, against its name/],
    ["log.xlsx", CSV, /unknown type of file: log\.xlsx is not \.csv[^→]*→ save the sheet as CSV/],
  ])("of %s is reported, and leaves no manifest", async (name, content, message) => {
    const source = await put(name, content);
    const failed = download({ source, data_dir });
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.toMatchObject({ code: "BAD_INPUT", hint: expect.stringMatching(/./) });
    expect(await readdir(data_dir).catch(() => [])).toEqual([]);
  });

  it("of the path is reported: nothing there, or a folder", async () => {
    await expect(download({ source: join(folder, "no.csv"), data_dir })).rejects.toThrow(/no such file: .*no\.csv/);
    await expect(download({ source: join(folder, "no"), data_dir })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(download({ source: folder, data_dir })).rejects.toThrow(/no log is in/);
    await mkdir(join(folder, "odd.csv"));
    await expect(download({ source: join(folder, "odd.csv"), data_dir })).rejects.toThrow(/no log is in/);
  });

  it("of a file: URL that is not from the root is reported, since it would mean another file", async () => {
    for (const source of ["file:log.csv", "file:logs/log.csv", "file://logs/log.csv", "file:///a%2fb.csv"]) {
      await expect(download({ source, data_dir })).rejects.toMatchObject({
        code: "BAD_OPTION",
        message: expect.stringMatching(/not a URL of a local file: file:[\s\S]*file:\/\/\/home/),
      });
    }
    const path = await put("log.csv", CSV);
    expect(await download({ source: `FILE://${path}`, data_dir })).toMatchObject({ rows: 2, file: path });
  });

  it("of the scheme is reported with the nearest", async () => {
    await expect(download({ source: "htps://host/a.csv", data_dir })).rejects.toThrow(/"htps:"[\s\S]*"https:"/);
    await expect(download({ source: "gs:bucket/a.csv", data_dir })).rejects.toThrow(/not a gs:\/\/ URL/);
    await expect(download({ source: "ftp://host/a.csv", data_dir })).rejects.toMatchObject({ code: "BAD_OPTION" });
  });

  it("of a scheme without its colon is reported", async () => {
    await expect(download({ source: "sample", data_dir })).rejects.toThrow(/did you mean "sample:"/);
  });

  it("of the data folder is reported", async () => {
    const source = await put("log.csv", CSV);
    const failed = download({ source, data_dir: source });
    await expect(failed).rejects.toThrow(/cannot read or write .*log\.csv.*name a folder in data_dir/s);
    await expect(failed).rejects.toMatchObject({ code: "DOWNLOAD_FAILED" });
  });

  it("is a stop by the signal", async () => {
    const source = await put("log.csv", CSV);
    const stop = new AbortController();
    const context = { signal: stop.signal, onProgress: () => stop.abort() };
    await expect(download({ source, data_dir }, context)).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(await readdir(data_dir).catch(() => [])).toEqual([]);
  });
});
