import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toySnapshots } from "../../test/fixtures/training/toy-snapshots.js";
import { inMemory } from "../store/memory-database.js";
import type { ChurnModel } from "./churn-model.js";
import { explainRows } from "./explain/explain-rows.js";
import { scoreDataset } from "./score-dataset.js";
import { scoreFile } from "./score-file.js";
import { trainModel } from "./train-model.js";

const plan = { hash: "abc123", definition: {} };
const dataset = { ...toySnapshots({ subscribers: 300 }), plan };
let folder: string;
let input: string;
let model: ChurnModel;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "score-"));
  input = join(folder, "snapshots.parquet");
  const options = {
    engine: "forest" as const,
    num_trees: [15],
    max_depth: [5],
    bootstrap_rounds: 0,
    permutation_repeats: 0,
    threads: 1,
  };
  ({ model } = await trainModel(dataset, options));
  await inMemory(async (db) => {
    const columns = Object.fromEntries(dataset.features.map((name, j) => [name, dataset.columns[j]]));
    await db.createTemporary("t", { ...columns, User: dataset.subscriber, day: dataset.day });
    await db.run(
      `COPY (SELECT "User", DATE '1970-01-01' + CAST(day AS INTEGER) AS "Date", 'abc123' AS plan_hash, * EXCLUDE ("User", day) FROM t)
       TO '${input}' (FORMAT parquet)`,
    );
    await db.run(`COPY (SELECT * EXCLUDE (plan_hash) FROM '${input}') TO '${join(folder, "snapshots.csv")}' (HEADER)`);
  });
});
afterAll(() => rm(folder, { recursive: true }));
const read = (path: string) => inMemory((db) => db.rows(`SELECT * FROM '${path}'`));

describe("scoreFile", () => {
  it("gives probability, prediction and decile of every row in its order, with the columns that are not features", async () => {
    const output = join(folder, "scored.parquet");
    const scores = scoreDataset(model, dataset);
    const flagged = scores.prediction.reduce((sum, each) => sum + each, 0);
    expect(await scoreFile(model, { input, output })).toEqual({
      output,
      rows: dataset.label.length,
      flagged,
      notes: [],
    });
    const rows = await read(output);
    expect(Object.keys(rows[0])).toEqual(
      "User Date plan_hash probability prediction decile reason_1 reason_2 reason_3".split(" "),
    );
    expect(rows.map((row) => row.User)).toEqual(dataset.subscriber);
    expect(rows.map((row) => row.probability)).toEqual([...scores.probability]);
    expect(rows.map((row) => row.prediction)).toEqual([...scores.prediction]);
    expect(rows.map((row) => row.decile)).toEqual([...scores.decile]);
    expect((await readdir(folder)).filter((name) => name.endsWith(".part"))).toEqual([]);
  });
  it("gives the three largest reasons to flagged rows, and none to others", async () => {
    const output = join(folder, "reasons.parquet");
    await scoreFile(model, { input, output });
    const rows = await read(output);
    const at = rows.findIndex((row) => row.prediction === 1);
    const [why] = explainRows(model, dataset, Int32Array.of(at));
    const { feature, effect } = why.reasons[0];
    expect(rows[at].reason_1).toContain(`${feature} `);
    expect(rows[at].reason_1).toContain(`${(100 * effect).toFixed(1)} points)`);
    expect(rows.every((row) => (row.reason_3 !== null) === (row.prediction === 1))).toBe(true);
  });
  it("has columns of texts for reasons when nobody is flagged", async () => {
    const options = { num_trees: [5], max_depth: [3], bootstrap_rounds: 0, permutation_repeats: 0, threads: 1 };
    const strict = await trainModel(dataset, { ...options, threshold: 1 });
    const output = join(folder, "nobody.parquet");
    expect((await scoreFile(strict.model, { input, output, reasons: 1 })).flagged).toBe(0);
    const types = await inMemory((db) => db.rows(`DESCRIBE SELECT reason_1 FROM '${output}'`));
    expect(types[0].column_type).toBe("VARCHAR");
  });
  it("counts odd cells of a feature as missing where a user says so, and names them where not", async () => {
    const path = join(folder, "odd[1].csv");
    const line = (first: string) => [first, ...model.features.slice(1).map(() => "1")].join(",");
    const lines = Array.from({ length: 40 }, (_, i) => line(i === 7 ? "x" : i === 8 ? "-" : String(i)));
    await writeFile(path, `${model.features.join(",")}\n${lines.join("\n")}\n`);
    await writeFile(join(folder, "odd1.csv"), "other\n1\n");
    const output = join(folder, "odd.csv");
    await expect(scoreFile(model, { input: path, output })).rejects.toThrow(
      /1 of 39 cells .* are not numbers, first "x" in row 8/,
    );
    const { rows, notes } = await scoreFile(model, { input: path, output, number: [model.features[0]], reasons: 0 });
    expect(rows).toBe(40);
    expect(notes[0]).toMatch(/count as missing/);
  });
  it("reads and writes CSV with the same scores", async () => {
    const output = join(folder, "scored.csv");
    await scoreFile(model, { input: join(folder, "snapshots.csv"), output, reasons: 0 });
    const rows = await read(output);
    const { probability } = scoreDataset(model, dataset);
    expect(Object.keys(rows[0])).toEqual("User Date probability prediction decile".split(" "));
    for (const [i, row] of rows.entries()) expect(row.probability).toBeCloseTo(probability[i], 9);
  });
  it("refuses missing features, texts, another plan, another kind of file and none at all, by name", async () => {
    const output = join(folder, "bad.parquet");
    const csv = async (content: string) => {
      const path = join(folder, "bad.csv");
      await writeFile(path, content);
      return scoreFile(model, { input: path, output });
    };
    await expect(csv("User,calls\n1,2\n")).rejects.toThrow(
      /lacks 7 features of the model: days_since_last_activity, trend, tariff, noise_0, noise_1 and 2 more/,
    );
    const names = model.features.join(",");
    await expect(csv(`${names}\n${model.features.map(() => "many").join(",")}\n`)).rejects.toThrow(
      /features are not numbers/,
    );
    await expect(csv(`${names},plan_hash\n${model.features.map(() => "1").join(",")},zzz\n`)).rejects.toThrow(
      /made by feature plan zzz, model \w+ was trained on plan abc123/,
    );
    await expect(scoreFile(model, { input: "x.xlsx", output })).rejects.toMatchObject({ code: "BAD_OPTION" });
    await expect(scoreFile(model, { input, output: "x.xlsx" })).rejects.toMatchObject({ code: "BAD_OPTION" });
    await expect(scoreFile(model, { input: join(folder, "no.csv"), output })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    expect(await readdir(folder)).not.toContain("bad.parquet");
  });
  it("stops when the signal aborts, and leaves no file", async () => {
    const stop = new AbortController();
    stop.abort();
    const output = join(folder, "stopped.parquet");
    await expect(scoreFile(model, { input, output }, { signal: stop.signal })).rejects.toMatchObject({
      code: "INTERRUPTED",
    });
    expect(await readdir(folder)).not.toContain("stopped.parquet");
  });
});
