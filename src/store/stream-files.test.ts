import { basename } from "node:path";
import { expect, test } from "vitest";
import { bufferedRowsFile, parseBufferedRowsFile } from "./stream-files.js";

test("a file of buffered rows says in its name whose rows it has, and how many", () => {
  for (const rows of [500, undefined]) {
    const name = basename(bufferedRowsFile("data", "0123456789ab", rows));
    expect(parseBufferedRowsFile(name)).toEqual({ key: "0123456789ab", rows, isWhole: true });
    expect(parseBufferedRowsFile(`${name}.17.part.csv`)).toMatchObject({ rows, isWhole: false });
  }
  expect(parseBufferedRowsFile("stream-job_0123.json")).toBeUndefined();
  expect(parseBufferedRowsFile("mystream_0123456789ab.parquet")).toBeUndefined();
});
