import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { makeFolder } from "./make-folder.js";

it("makes what is missing, and is content with what is there", async () => {
  const root = mkdtempSync(join(tmpdir(), "churn-folder-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const deep = join(root, "a", "b", "c");
  await Promise.all([makeFolder(deep), makeFolder(deep)]);
  await makeFolder(deep);
  expect(existsSync(deep)).toBe(true);
  writeFileSync(join(root, "file"), "");
  await expect(makeFolder(join(root, "file"))).rejects.toThrow(/EEXIST/);
  await expect(makeFolder(join(root, "file", "x"))).rejects.toThrow(/ENOTDIR/);
});

it.skipIf(process.platform !== "linux")("ends where there can be no folder", async () => {
  await expect(makeFolder("/proc/no-such-process/output")).rejects.toThrow(/ENOENT/);
});
