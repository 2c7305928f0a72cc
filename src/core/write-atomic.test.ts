import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
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

it("writes the file that a link names, keeps the mode, and leaves what is read-only", async () => {
  const folder = mkdtempSync(join(tmpdir(), "atomic-"));
  const [real, link] = [join(folder, "real.txt"), join(folder, "link.txt")];
  writeFileSync(real, "old");
  chmodSync(real, 0o600);
  symlinkSync("real.txt", link);
  await writeAtomic(link, "new");
  expect(readFileSync(real, "utf8")).toBe("new");
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(statSync(real).mode & 0o777).toBe(0o600);
  chmodSync(real, 0o444);
  await expect(writeAtomic(real, "never")).rejects.toThrow(/it is read-only\n.*chmod u\+w/);
  expect(readFileSync(real, "utf8")).toBe("new");
  expect(readdirSync(folder).sort()).toEqual(["link.txt", "real.txt"]);
});
