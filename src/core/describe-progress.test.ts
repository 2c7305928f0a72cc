import { describe, expect, it } from "vitest";
import { describeProgress } from "./describe-progress.js";

describe("describeProgress", () => {
  it("shows what is done, how fast, and how long it takes", () => {
    const rows = { task: "load rows", done: 40_000, total: 100_000, unit: "rows" };
    expect(describeProgress(rows, 2)).toBe("load rows: 40,000 of 100,000 rows, 40 %, 20,000 a second, 3 s left");
    expect(describeProgress({ task: "wait", done: 0 }, 1)).toBe("wait");
  });

  it("shows bytes in the unit that suits the whole", () => {
    const bytes = (done: number, total?: number) => ({
      task: "download",
      done,
      unit: "bytes",
      ...(total ? { total } : {}),
    });
    expect(describeProgress(bytes(120e6, 900e6), 3)).toBe(
      "download: 120.0 of 900.0 MB, 13 %, 40.0 MB a second, 20 s left",
    );
    expect(describeProgress(bytes(5e9), 100)).toBe("download: 5.0 GB, 50.0 MB a second");
    expect(describeProgress(bytes(500, 999), 0.1)).toBe("download: 500 of 999 bytes, 50 %");
  });

  it("does not count what was there before as fast", () => {
    const resumed = { task: "download", done: 60e6, total: 100e6, unit: "bytes" };
    expect(describeProgress(resumed, 1, 50e6)).toBe("download: 60.0 of 100.0 MB, 60 %, 10.0 MB a second, 4 s left");
  });
});
