import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { writeAtomic } from "./write-atomic.js";

it("leaves one whole file and no part when a path is written many times at once", async () => {
  const folder = mkdtempSync(join(tmpdir(), "atomic-"));
  const path = join(folder, "deep", "file.txt");
  const contents = Array.from({ length: 20 }, (_, i) => String(i).repeat(10_000));
  await Promise.all(contents.map((content) => writeAtomic(path, content)));
  expect(contents).toContain(readFileSync(path, "utf8"));
  expect(readdirSync(join(folder, "deep"))).toEqual(["file.txt"]);
});
