import { spawnSync } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../test/download/temporary-folder.js";
import { newPart } from "./part-file.js";

it("newPart removes what an ended process left, and nothing else", async () => {
  const folder = await temporaryFolder();
  const { pid: ended } = spawnSync(process.execPath, ["--version"]);
  const kept = ["log.csv", `log.csv.${process.pid}-7.part`, `other.csv.${ended}-1.part`, "log.csv.mine.part"];
  for (const name of [...kept, `log.csv.${ended}-1.part`]) await writeFile(join(folder, name), "x");
  await newPart(join(folder, "log.csv"));
  expect((await readdir(folder)).sort()).toEqual(kept.sort());
});

it("newPart gives another name at each call", async () => {
  const folder = await temporaryFolder();
  const names = [await newPart(join(folder, "a.csv")), await newPart(join(folder, "a.csv"))].map((path) =>
    basename(path),
  );
  expect(new Set(names).size).toBe(2);
  for (const name of names) expect(name).toMatch(/^a\.csv\.\d+-\d+\.part$/);
});
