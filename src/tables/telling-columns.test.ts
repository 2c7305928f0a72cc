import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { random } from "../core/random.js";
import { readTrainingTable } from "./read-training-table.js";

const folder = mkdtempSync(join(tmpdir(), "telling-"));
let files = 0;

async function notesOf(
  head: string,
  row: (i: number) => unknown[],
  task: "classification" | "regression" = "classification",
) {
  const path = join(folder, `${files++}.csv`);
  const lines = Array.from({ length: 300 }, (_, i) => row(i).join(","));
  writeFileSync(path, `${head}\n${lines.join("\n")}\n`);
  return (await readTrainingTable(path, { label: "y", task })).notes;
}

describe("a table to learn from", () => {
  const { next } = random("telling");
  const noise = Float64Array.from({ length: 300 }, next);

  it("says which columns look like ids: whole numbers that rise with the rows, or are called so", async () => {
    expect(await notesOf("customer_id,z,y", (i) => [10001 + 3 * i, noise[i], i % 2])).toEqual([
      'column "customer_id" has another whole number in every row, as an id has; if it is one: --exclude customer_id',
    ]);
    expect((await notesOf("accountId,z,y", (i) => [(i * 7919) % 100_003, noise[i], i % 2]))[0]).toMatch(
      /"accountId".*an id/,
    );
    expect(await notesOf("amount,z,y", (i) => [(i * 7919) % 100_003, noise[i], i % 2])).toEqual([]);
    expect(await notesOf("paid,z,y", (i) => [(i * 7919) % 50, noise[i], i % 2])).toEqual([]);
  });
  it("says which columns tell the classes apart by themselves: numbers, texts, gaps", async () => {
    const end = (name: string) => `is it known before "y" is? If not: --exclude ${name}`;
    expect(await notesOf("x,z,y", (i) => [noise[i] + 2 * (i % 2), noise[i], i % 2])).toEqual([
      `column "x" alone tells the classes apart (ROC AUC 1.000): ${end("x")}`,
    ]);
    expect(await notesOf("left,z,y", (i) => [i % 2 ? noise[(i * 7) % 300] : "", noise[i], i % 2])).toEqual([
      `column "left" alone tells the classes apart (ROC AUC 1.000): ${end("left")}`,
    ]);
    expect((await notesOf("status,z,y", (i) => [i % 2 ? "closed" : "open", noise[i], i % 2]))[0]).toMatch(
      /"status" alone/,
    );
    // a good column, a text that hardly repeats, and another label than two classes are no reason
    expect(await notesOf("x,z,y", (i) => [noise[i] + 0.5 * (i % 2), noise[i], i % 2])).toEqual([]);
    expect(await notesOf("t,z,y", (i) => [`t${i % 120}`, noise[i], Math.floor(i / 7) % 2])).toEqual([]);
    expect(await notesOf("x,z,y", (i) => [(i % 3) + noise[i] / 2, noise[i], i % 3])).toEqual([]);
    expect((await notesOf("x,z,y", (i) => [noise[i] * 2, i % 5, noise[i] * 3 + 1], "regression"))[0]).toMatch(
      /"x" alone tells the label/,
    );
  });
  it("says first which of two texts counts as positive, and which classes differ by case only", async () => {
    expect((await notesOf("x,y", (i) => [noise[i], i % 3 ? "not churned" : "churned"]))[0]).toBe(
      'class "not churned" of label "y" counts as positive, the last of the two by letters; if the other is meant: --positive "churned"',
    );
    expect(await notesOf("x,y", (i) => [noise[i], i % 2])).toEqual([]);
    expect(await notesOf("x,y", (i) => [noise[i], i % 2 ? "yes" : "no"])).toEqual([]);
    expect(await notesOf("x,y", (i) => [noise[i], ["Yes", "yes", "no"][i % 3]])).toEqual([
      'label "y" has classes that differ by case only and are learnt apart: "Yes", "yes"; write them alike if they are one',
    ]);
  });
});
