import { describe, expect, it } from "vitest";
import { gsName } from "./gs-name.js";
import { gsSource } from "./gs-source.js";

describe("gsName", () => {
  it("takes bucket, object and version apart", () => {
    expect(gsName("gs://logs/RawData.csv.gz")).toEqual({ bucket: "logs", object: "RawData.csv.gz", generation: null });
    expect(gsName("gs://my.logs_1/a b/é#1.csv#1700000000000000")).toEqual({
      bucket: "my.logs_1",
      object: "a b/é#1.csv",
      generation: "1700000000000000",
    });
    expect(gsName("gs://logs/a%20b.csv").object).toBe("a%20b.csv");
  });

  it.each([
    ["gs:logs/a.csv", /not a gs:\/\/ URL: gs:logs/],
    ["gs:/logs/a.csv", /not a gs:\/\/ URL/],
    ["gs:///a.csv", /no bucket/],
    ["gs://logs", /no object name/],
    ["gs://logs/", /no object name/],
    ["gs://logs/2024/", /no object name .* as a folder does/],
    ["gs://Logs/a.csv", /no bucket can be called "Logs"/],
    ["gs://user:word@logs/a.csv", /no bucket can be called/],
    ["gs://logs/../../etc/passwd.csv", /has \. or \.\. for a folder/],
    ["gs://logs/..", /has \. or \.\./],
    ["gs://logs/a\\..\\b.csv", /control character or \\/],
    ["gs://logs/a\n.csv", /control character/],
    [`gs://logs/${"é".repeat(600)}.csv`, /too long/],
  ])("refuses %j", (text, message) => {
    expect(() => gsName(text)).toThrow(message);
    expect(() => gsName(text)).toThrow(expect.objectContaining({ code: "BAD_OPTION", exit: 2 }));
  });
});

describe("gsSource", () => {
  it("keeps every object in the data folder itself, and none in the place of another", () => {
    const files = [
      "gs://logs/a.csv",
      "gs://logs/b/a.csv",
      "gs://logs/.ssh/.csv",
      "gs://logs/-rf.csv",
      "gs://logs/a.csv#12",
    ].map((text) => gsSource(text, "/data").file);
    for (const file of files) expect(file).toMatch(/^\/data\/\w[\w.-]*-[0-9a-f]{10}\.csv$/);
    expect(new Set(files).size).toBe(files.length);
  });
});
