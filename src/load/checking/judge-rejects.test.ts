import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { openStore, type Store } from "../../store/open-store.js";
import { loadFile } from "../load-file.js";
import { type LoadOptions, loadOptions } from "../options.js";

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "judge-"));
  store = openStore({ path: join(folder, "churn.duckdb") });
  await store.lease(async () => {}, { create: true });
});

/** Loads lines of DP_DATE, DP_MSISDN, DP_MOC_COUNT and DP_DATA_VOLUME. */
function loadLines(lines: string[], options: LoadOptions = {}, delimiter = ",") {
  const path = join(folder, "log.csv");
  const header = ["DP_DATE", "DP_MSISDN", "DP_MOC_COUNT", "DP_DATA_VOLUME"].join(delimiter);
  writeFileSync(path, `${[header, ...lines].join("\n")}\n`);
  const file = { path, format: "csv" as const, delimiter, sha256: lines.join(), rows: lines.length };
  return loadFile(store, file, loadOptions.parse(options));
}

/** What a refused load says; nothing of it may be in the store. */
async function refusal(lines: string[], options: LoadOptions = {}, delimiter = ","): Promise<string> {
  const before = await store.query("SELECT batch_id FROM DP_CDR_Data");
  const error = await loadLines(lines, options, delimiter).then(
    () => undefined,
    (fault: unknown) => fault,
  );
  expect(error).toMatchObject({ code: "BAD_INPUT", exit: 1 });
  for (const [table, rows] of [
    ["DP_CDR_Data", before.numRows()],
    ["rejects", 0],
  ]) {
    expect((await store.query(`SELECT 1 AS one FROM ${table}`)).numRows(), `${table}`).toBe(rows);
  }
  return (error as Error).message;
}

const pad = (n: number) => String(n).padStart(2, "0");

describe("a file of which too many rows would be set aside", () => {
  it("is refused where its days are read in the wrong order, with the format that reads them", async () => {
    const lines = Array.from({ length: 3000 }, (_, i) => `${pad((i % 30) + 1)}/0${(i % 2) + 1}/2024,s${i},1,1`);
    const message = await refusal(
      lines.filter((line) => !/^(29|30)\/02/.test(line)),
      { date_format: "%m/%d/%Y" },
    );
    expect(message).toMatch(/1,[67]\d\d of 2,[89]\d\d rows, .* would be set aside, and nothing is loaded; .*DP_DATE/);
    expect(message).toMatch(
      /--date-format "%d\/%m\/%Y", reads 2,900 of 2,900 days: 17 of 29 days cannot be month first/,
    );
  });

  it("names both formats where no day tells them apart", async () => {
    const lines = Array.from({ length: 100 }, (_, i) => `0${(i % 9) + 1}/0${(i % 5) + 1}/2024,s${i},1,1`);
    expect(await refusal(lines)).toMatch(/"%d\/%m\/%Y" and "%m\/%d\/%Y" read 100 of 100 days/);
  });

  it("is refused where events are read as days, with the option that adds them up", async () => {
    const lines = Array.from({ length: 5000 }, (_, i) => `2024-01-01,s${i % 60},1,${i % 7}`);
    const message = await refusal(lines);
    expect(message).toMatch(/4,940 of 5,000 rows, 98.8 %/);
    expect(message).toMatch(/--grain event/);
    expect(await loadLines(lines, { grain: "event" })).toMatchObject({ rows: 60, rejected: 0 });
  });

  it("is refused as a whole where numbers have decimal commas, however small it is", async () => {
    const lines = ["2024-01-01;a;1;1.234", "2024-01-01;b;1;12,5", "2024-01-01;c;1;1.234,5"];
    expect(await refusal(lines, {}, ";")).toMatch(/not a number.*decimal point/s);
  });

  it("is refused where most of it contradicts the store, which is not changed", async () => {
    const lines = Array.from({ length: 100 }, (_, i) => `2024-01-01,s${i},1,1`);
    await loadLines(lines);
    const changed = lines.map((line, i) => (i < 20 ? line.replace(/1$/, "2") : line));
    expect(await refusal(changed)).toMatch(/20 of 100 rows, 20.0 % would be set aside.*--replace-file/s);
  });

  it("is loaded where max_rejects permits it, and refused for a single row where it is 0", async () => {
    const lines = Array.from({ length: 100 }, (_, i) => `2024-01-01,s${i},${i < 20 ? "x" : 1},1`);
    await refusal(lines, { max_rejects: 0.19 });
    expect(await loadLines(lines, { max_rejects: 0.2 })).toMatchObject({ rows: 80, rejected: 20, rejectedShare: 0.2 });
    const other = openStore({ path: join(folder, "other.duckdb") });
    await other.lease(async () => {}, { create: true });
    store = other;
    await refusal([...lines.slice(20), "2024-01-02,a,x,1"], { max_rejects: 0 });
  });
});

it("loads a log of which a few rows in a hundred are bad, and the few of a small one", async () => {
  const lines = Array.from({ length: 300 }, (_, i) => `2024-01-01,s${i},${i % 30 ? 1 : "x"},1`);
  expect(await loadLines(lines)).toMatchObject({ rows: 290, rejected: 10 });
  expect(await loadLines(["2024-01-02,a,1,1", "2024-01-02,b,x,1"])).toMatchObject({ rows: 1, rejected: 1 });
});
