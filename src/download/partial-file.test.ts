import { spawnSync } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../test/download/temporary-folder.js";
import { newPartial, readNote } from "./partial-file.js";

it("newPartial removes what an ended process left, and nothing else", async () => {
  const folder = await temporaryFolder();
  const { pid: ended } = spawnSync(process.execPath, ["--version"]);
  const kept = ["log.csv", `log.csv.${process.pid}-7.part`, `other.csv.${ended}-1.part`, "log.csv.mine.part"];
  for (const name of [...kept, `log.csv.${ended}-1.part`]) await writeFile(join(folder, name), "x");
  await newPartial(join(folder, "log.csv"));
  expect((await readdir(folder)).sort()).toEqual(kept.sort());
});

it("newPartial takes over what an ended process left, when it is noted what it is", async () => {
  const folder = await temporaryFolder();
  const file = join(folder, "log.csv");
  const { pid: ended } = spawnSync(process.execPath, ["--version"]);
  await writeFile(`${file}.${ended}-1.part`, "beginning");
  await writeFile(`${file}.${ended}-1.part.json`, JSON.stringify({ server: null, version: {}, synced: true }));
  await writeFile(`${file}.${ended}-2.part`, "of nobody knows what");
  await writeFile(`${file}.${ended}-3.part.json`, "{}");
  const partial = await newPartial(file);
  expect(await readFile(partial, "utf8")).toBe("beginning");
  expect(await readNote(partial)).toMatchObject({ synced: true });
  expect((await readdir(folder)).sort()).toEqual([basename(partial), `${basename(partial)}.json`]);
});

it("newPartial gives another name at each call", async () => {
  const folder = await temporaryFolder();
  const names = [await newPartial(join(folder, "a.csv")), await newPartial(join(folder, "a.csv"))].map((path) =>
    basename(path),
  );
  expect(new Set(names).size).toBe(2);
  for (const name of names) expect(name).toMatch(/^a\.csv\.\d+-\d+\.part$/);
});
