import { existsSync, mkdtempSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { findStaged, removeForgotten, removeShorter } from "./buffered-files.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "staged-"));
});

/** Makes a file that was last used so many seconds ago. */
function staged(file: string, secondsAgo: number): string {
  const path = join(folder, file);
  writeFileSync(path, "rows");
  const then = new Date(Date.now() - secondsAgo * 1000);
  utimesSync(path, then, then);
  return path;
}

it("takes the shortest file that is long enough", () => {
  staged("stream_aaaaaaaaaaaa_1000.parquet", 9999);
  const enough = staged("stream_aaaaaaaaaaaa_3000.parquet", 9999);
  staged("stream_aaaaaaaaaaaa_9000.parquet", 9999);
  staged("stream_bbbbbbbbbbbb_2000.parquet", 9999);
  expect(findStaged(folder, "aaaaaaaaaaaa", 2000)).toBe(enough);
  expect(findStaged(folder, "aaaaaaaaaaaa", 9001)).toBeUndefined();
});

it("removes shorter files of the same rows that nobody reads, and no others", () => {
  const old = staged("stream_aaaaaaaaaaaa_1000.parquet", 3600);
  const kept = [
    staged("stream_aaaaaaaaaaaa_2000.parquet", 20),
    staged("stream_aaaaaaaaaaaa_9000.parquet", 3600),
    staged("stream_bbbbbbbbbbbb_1000.parquet", 3600),
    staged("stream_aaaaaaaaaaaa.parquet", 3600),
    staged("log.parquet", 3600),
  ];
  const now = staged("stream_aaaaaaaaaaaa_3000.parquet", 0);
  removeShorter(folder, "aaaaaaaaaaaa", now);
  expect(existsSync(old)).toBe(false);
  expect(kept.filter((path) => !existsSync(path))).toEqual([]);
  expect(existsSync(now)).toBe(true);
});

it("does not remove a file that was just found for a stream", () => {
  const path = staged("stream_aaaaaaaaaaaa_1000.parquet", 3600);
  expect(findStaged(folder, "aaaaaaaaaaaa", 500)).toBe(path);
  removeShorter(folder, "aaaaaaaaaaaa", staged("stream_aaaaaaaaaaaa_3000.parquet", 0));
  expect(existsSync(path)).toBe(true);
});

it("removes files of other rows that nobody used for a week, and nothing that is not its own", () => {
  const week = 7 * 86_400;
  const old = [
    staged("stream_0123456789ab_1000.parquet", week + 60),
    staged("stream_0123456789ac.parquet", week + 60),
    staged("stream_0123456789ad_500.parquet.4711.part", week + 60),
    staged("stream_0123456789ad_500.parquet.4711.part.csv", week + 60),
  ];
  const kept = [
    staged("stream_0123456789ab_2000.parquet", week - 60),
    staged("stream_fedcba987654_1000.parquet", week + 60),
    staged("stream_of_mine.parquet", week + 60),
    staged("stream_0123456789ab_1000.parquet.json", week + 60),
    staged("log.parquet", week + 60),
  ];
  removeForgotten(folder, ["fedcba987654"]);
  expect(old.filter((path) => existsSync(path))).toEqual([]);
  expect(kept.filter((path) => !existsSync(path))).toEqual([]);
});
