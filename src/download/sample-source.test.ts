import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeEach, expect, it } from "vitest";
import { temporaryFolder } from "../../test/download/temporary-folder.js";
import { download } from "./download.js";
import { findManifest } from "./manifest.js";

const SMALL = "sample:?subscribers=50&days=30";
let data_dir: string;
beforeEach(async () => {
  data_dir = await temporaryFolder();
});

it("a sample is made, packed and pinned", async () => {
  const progress: [string, number, number | undefined][] = [];
  const onProgress = ({ task, done, total }: { task: string; done: number; total?: number }) =>
    progress.push([task, done, total]);
  const result = await download({ source: SMALL, data_dir }, { onProgress });
  expect(result.file).toMatch(/^sample-[0-9a-f]{10}\.csv\.gz$/);
  const bytes = await readFile(join(data_dir, result.file));
  expect(result).toMatchObject({
    source: SMALL,
    format: "csv",
    delimiter: ",",
    bytes: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    up_to_date: false,
  });
  const lines = gunzipSync(bytes).toString().trimEnd().split("\n");
  expect(result.rows).toBe(lines.length - 1);
  expect(result.columns.map((column) => column.name).join(",")).toBe(lines[0]);
  expect(result.columns).toContainEqual({ name: "DP_DATE", type: "date" });
  expect(progress).toContainEqual(["make sample", 30, 30]);
  expect((await readdir(data_dir)).sort()).toEqual([result.file, `${result.file}.manifest.json`]);
});

it("a sample of the same parameters, written in any way, is there already", async () => {
  const first = await download({ source: SMALL, data_dir });
  for (const source of [
    SMALL,
    "sample:?days=30&seed=1&subscribers=50",
    "sample://?subscribers=50&days=30&scenario=none",
  ]) {
    expect(await download({ source, data_dir })).toEqual({ ...first, up_to_date: true });
    expect(await findManifest(source, data_dir)).toMatchObject({ sha256: first.sha256 });
  }
  expect(await findManifest("sample:?subscribers=50&days=31", data_dir)).toBeUndefined();
});

it("a sample made again has the same bytes, and one of another seed has not", async () => {
  const first = await download({ source: SMALL, data_dir });
  expect(await download({ source: SMALL, data_dir, force: true })).toMatchObject({
    sha256: first.sha256,
    up_to_date: false,
  });
  const other = await download({ source: `${SMALL}&seed=2`, data_dir });
  expect(other.file).not.toBe(first.file);
  expect(other.sha256).not.toBe(first.sha256);
});

it("a wrong parameter of the sample is named, with the nearest", async () => {
  await expect(download({ source: "sample:?subscriber=5", data_dir })).rejects.toThrow(
    /"subscriber"[\s\S]*"subscribers"/,
  );
  await expect(download({ source: "sample:?scenario=outrage", data_dir })).rejects.toThrow(/"outrage"[\s\S]*"outage"/);
  await expect(download({ source: "sample:?days=many", data_dir })).rejects.toMatchObject({ code: "BAD_OPTION" });
});

it("a sample that is stopped leaves nothing", async () => {
  const stop = new AbortController();
  const context = { signal: stop.signal, onProgress: () => stop.abort() };
  await expect(download({ source: SMALL, data_dir }, context)).rejects.toMatchObject({ code: "INTERRUPTED" });
  expect(await readdir(data_dir)).toEqual([]);
});
