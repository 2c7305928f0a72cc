import { createHash } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { download } from "../../download/download.js";
import { checkStore } from "../../store/check-store.js";
import { openStore, type Store } from "../../store/open-store.js";
import { load as loadSource } from "../load.js";
import { loadFile } from "../load-file.js";
import { type LoadOptions, loadOptions } from "../options.js";

let folder: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "twice-"));
  store = openStore({ path: join(folder, "churn.duckdb") });
});

const EVENTS: LoadOptions = {
  grain: "event",
  columns: { DP_DATE: "ts", DP_MSISDN: "sub", DP_MOC_COUNT: "n", DP_MOC_DURATION: "sec" },
};
const NAMED: LoadOptions = { ...EVENTS, record_id: "id" };

async function load(name: string, lines: readonly string[], options: LoadOptions = NAMED) {
  const path = join(folder, name);
  const content = `${["id,ts,sub,n,sec", ...lines].join("\n")}\n`;
  writeFileSync(path, content);
  const sha256 = createHash("sha256").update(content).digest("hex");
  const file = { path, format: "csv" as const, delimiter: ",", sha256, rows: lines.length, bytes: content.length };
  return loadFile(store, file, loadOptions.parse({ source: name, ...options }));
}

const sum = async () => {
  const sql = "SELECT sum(DP_MOC_COUNT) AS calls, sum(DP_MOC_DURATION) AS seconds FROM DP_CDR_Data";
  return (await store.lease((db) => db.rows(sql)))[0];
};
const check = async () => (await checkStore(store)).checks.filter(({ ok }) => !ok);
const call = (id: string | number, who = "a", seconds = 60) => `${id},2024-01-01 10:00:00,${who},1,${seconds}`;

describe("a record that is sent twice", () => {
  it("counts once within a file, whether its id is a number or a text", async () => {
    const result = await load("a.csv", [call(1), call(2), call(1), call("x-1"), call("x-1"), call("01"), call("")]);
    expect(result).toMatchObject({ rows: 1, sentBefore: 2, storedBefore: 2, merged: 4, rejected: 0 });
    expect(result.notes).toContainEqual("1 record has no id, and count each");
    expect(await sum()).toEqual({ calls: 5, seconds: 300 });
    expect(await check()).toEqual([]);
  });

  it("counts once across files, and a file that came again with more of them is no other log", async () => {
    await load("a.csv", [call(1), call(2)]);
    expect(await load("b.csv", [call(2), call(3, "b")])).toMatchObject({ sentBefore: 1, rows: 1 });
    expect(await sum()).toEqual({ calls: 3, seconds: 180 });
    expect(await load("a.csv", [call(9), call(1), call(2)])).toMatchObject({ sentBefore: 2, added: 1 });
    expect(await load("a.csv", [call(9), call(1), call(2)])).toMatchObject({ upToDate: true });
    expect(await sum()).toEqual({ calls: 4, seconds: 240 });
    expect(await check()).toEqual([]);
  });

  it("is known after its file was replaced, and what only another file had left out is told", async () => {
    await load("a.csv", [call(1), call(2)]);
    await load("b.csv", [call(2), call(3)]);
    const replaced = await load("a.csv", [call(1, "a", 70)], { ...NAMED, replace_file: true });
    expect(replaced.notes.join()).toMatch(/1 record of .*b\.csv had been left out.*--load\.replace-file/);
    expect(await sum()).toEqual({ calls: 2, seconds: 130 });
    const again = await load("b.csv", [call(2), call(3)], { ...NAMED, replace_file: true, replace: false });
    expect(again.notes.join()).not.toMatch(/left out/);
    expect(await load("c.csv", [call(1), call(3)])).toMatchObject({ sentBefore: 2 });
    expect(await check()).toEqual([]);
  });

  it("comes again with its day, where days are replaced", async () => {
    const a = join(folder, "a.csv");
    const data = { data_dir: folder, ...NAMED };
    const write = (lines: string[]) => writeFileSync(a, `${["id,ts,sub,n,sec", ...lines].join("\n")}\n`);
    write([call(1), call(2), "3,2024-01-02,a,1,5"]);
    await download({ source: a, data_dir: folder });
    await loadSource(store, { source: a, ...data });
    write([call(1), call(1), call(2, "a", 1), call(3), call(4)]);
    await download({ source: a, data_dir: folder });
    await loadSource(store, { source: a, ...data, replace_days: "2024-01-01" });
    // 1 and 2 again, 4, and not 3, which is of another day
    expect(await sum()).toEqual({ calls: 4, seconds: 60 + 1 + 60 + 5 });
    expect(await load("c.csv", [call(2), call(4)])).toMatchObject({ sentBefore: 2 });
    expect(await check()).toEqual([]);
  });

  it("counts once in a log of day records, and a bad record does not take the place of the good one", async () => {
    const days: LoadOptions = { ...NAMED, grain: "day" };
    const result = await load("d.csv", ["7,2024-01-01,a,x,1", "7,2024-01-01,a,1,1", "7,2024-01-01,a,1,1"], days);
    expect(result).toMatchObject({ rows: 1, rejected: 1, sentBefore: 1 });
    expect(await check()).toEqual([]);
  });

  it("is asked about where nothing names records: lines that are equal in every cell", async () => {
    const lines = [call(1), call(1), call(2), call(2), call(2)];
    for (const end of ["", '"']) {
      const quoted = lines.map((line) => line.replace("a", `${end}a${end}`));
      const result = await load(`e${end.length}.csv`, quoted, { ...EVENTS, replace: true });
      expect(result).toMatchObject({ rows: 1, merged: 4, sentBefore: 0 });
      expect(result.notes.join()).toMatch(
        /^3 lines are equal in every cell to an earlier one: sent twice\? .*--record-id/,
      );
    }
  });

  it("needs a column that is there", async () => {
    await expect(load("a.csv", [call(1)], { ...NAMED, record_id: "idd" })).rejects.toThrow(/"idd"[\s\S]*mean "id"/);
  });
});
