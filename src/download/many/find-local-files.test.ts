import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../test/download/temporary-folder.js";
import { findLocalFiles } from "./find-local-files.js";

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
});

async function put(...names: string[]): Promise<void> {
  for (const name of names) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, name === "empty.csv" ? "" : "a,b\n1,2\n");
  }
}
const find = async (text: string) =>
  (await findLocalFiles(join(folder, text), join(folder, "data"))).files.map(({ name }) => name);

describe("a folder", () => {
  it("is searched to its bottom, in the order of the names", async () => {
    await put("b.csv", "a/z.csv.gz", "a/b/c.parquet", "a.csv", "B.CSV");
    expect(await find("")).toEqual(["B.CSV", "a.csv", "a/b/c.parquet", "a/z.csv.gz", "b.csv"]);
  });

  it("leaves out what is no log, and says why", async () => {
    await put(
      "log.csv",
      "README.md",
      ".DS_Store",
      "_SUCCESS",
      "_temporary/0/part.csv",
      ".git/x.csv",
      "empty.csv",
      "data/own.csv",
    );
    const { files, leftOut } = await findLocalFiles(folder, join(folder, "data"));
    expect(files.map(({ name }) => name)).toEqual(["log.csv"]);
    expect(leftOut).toEqual([
      { name: ".DS_Store", why: "hidden" },
      { name: "README.md", why: "not .csv, .tsv, .txt, .dat or .parquet" },
      { name: "_SUCCESS", why: "its name begins with _" },
      { name: "empty.csv", why: "empty" },
    ]);
  });

  it("may have names with spaces, brackets and letters of any script", async () => {
    await put("my log [1].csv", "café/день.csv", "a?*.csv");
    expect(await find("")).toEqual(["a?*.csv", "café/день.csv", "my log [1].csv"]);
  });

  it("takes a file once, whatever links lead to it, and does not run in circles", async () => {
    await put("2024/01.csv");
    await symlink(join(folder, "2024/01.csv"), join(folder, "latest.csv"));
    await symlink(folder, join(folder, "2024/up"));
    await symlink(join(folder, "2024"), join(folder, "newest"));
    await symlink(join(folder, "nowhere"), join(folder, "broken.csv"));
    const { files, leftOut } = await findLocalFiles(folder);
    expect(files.map(({ name }) => name)).toEqual(["2024/01.csv"]);
    expect(leftOut.filter(({ name }) => !name.includes("up"))).toEqual([
      { name: "broken.csv", why: "a link that leads nowhere" },
      { name: "latest.csv", why: "a link to 2024/01.csv" },
      { name: "newest/01.csv", why: "a link to 2024/01.csv" },
    ]);
  });

  it("takes a link to a file that lies elsewhere", async () => {
    const elsewhere = await temporaryFolder();
    await writeFile(join(elsewhere, "log.csv"), "a,b\n1,2\n");
    await symlink(join(elsewhere, "log.csv"), join(folder, "here.csv"));
    expect(await find("")).toEqual(["here.csv"]);
  });

  it("that is empty, or has no log, is told with what there is", async () => {
    await expect(findLocalFiles(folder)).rejects.toThrow(/no log is in .*\n.*is empty/);
    await put("notes.md");
    await expect(findLocalFiles(folder)).rejects.toThrow(/the one file there is not\n.*notes\.md \(not \.csv/);
  });
});

describe("a pattern", () => {
  beforeEach(() =>
    put("cdr/01/a.csv", "cdr/01/b.csv.gz", "cdr/02/a.csv", "cdr/deep/er/a.csv", "cdr/.hid/a.csv", "other/a.csv"),
  );

  it.each([
    ["cdr/*/a.csv", ["01/a.csv", "02/a.csv"]],
    ["cdr/**/a.csv", ["01/a.csv", "02/a.csv", "deep/er/a.csv"]],
    ["cdr/**", ["01/a.csv", "01/b.csv.gz", "02/a.csv", "deep/er/a.csv"]],
    ["cdr/0[1-1]", ["01/a.csv", "01/b.csv.gz"]],
    ["cdr/0[!1]/*", ["02/a.csv"]],
    ["cdr/0?/[a-b].*", ["01/a.csv", "01/b.csv.gz", "02/a.csv"]],
    ["*/01/../02/*.csv", ["cdr/02/a.csv"]],
    ["cdr/.h*/*.csv", [".hid/a.csv"]],
  ])("%s", async (pattern, names) => {
    expect(await find(pattern)).toEqual(names);
  });

  it("takes a name that is there as it stands", async () => {
    await put("log [1]/a.csv", "log 1/a.csv");
    expect(await find("log [1]/*.csv")).toEqual(["a.csv"]);
  });

  it("that fits nothing names the nearest folder that is there", async () => {
    await expect(find("cdr/03*/x.csv")).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringMatching(/no log fits .*cdr\/03\*\/x\.csv\n.*cdr has 01, 02, deep/),
    });
    await expect(find("crd/*/a.csv")).rejects.toThrow(/has no crd\n.*did you mean .*cdr\?/);
    await expect(find("cdr/01/*.parquet")).rejects.toThrow(/no log fits .*\n.*01 has a\.csv, b\.csv\.gz/);
  });
});
