import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toySnapshots } from "../../test/fixtures/training/toy-snapshots.js";
import { folderMemory } from "./search-memory.js";
import { trainModel } from "./train-model.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "memory-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("folderMemory", () => {
  it("gives back what was kept, and nothing under another key", async () => {
    const memory = folderMemory(folder);
    await memory.write("a", Float64Array.of(0.1, Number.NaN, 1));
    expect(await memory.read("a")).toEqual(Float64Array.of(0.1, Number.NaN, 1));
    expect(await memory.read("b")).toBeNull();
    await memory.clear();
    expect(await memory.read("a")).toBeNull();
  });
  it("takes a damaged file for none", async () => {
    const memory = folderMemory(folder);
    await memory.write("a", Float64Array.of(0.1, 0.2));
    const path = join(folder, (await readdir(folder))[0]);
    const bytes = await readFile(path);
    bytes[40] ^= 1;
    await writeFile(path, bytes);
    expect(await memory.read("a")).toBeNull();
    await writeFile(path, bytes.subarray(0, 20));
    expect(await memory.read("a")).toBeNull();
  });
});

describe("trainModel with a memory", () => {
  const dataset = toySnapshots({ subscribers: 400 });
  const options = {
    engine: "forest" as const,
    num_trees: [10, 20],
    max_depth: [4],
    min_samples_leaf: [1, 10],
    bootstrap_rounds: 0,
    permutation_repeats: 0,
    threads: 1,
  };

  it("goes on where it was interrupted, and gives the model of an undisturbed run", async () => {
    const undisturbed = await trainModel(dataset, options);
    const stop = new AbortController();
    const interrupted = trainModel(dataset, options, {
      memory: folderMemory(folder),
      signal: stop.signal,
      onProgress: ({ task, done }) => task === "cross-validation" && done >= 7 && stop.abort(),
    });
    await expect(interrupted).rejects.toMatchObject({ code: "INTERRUPTED" });
    const resumed = await trainModel(dataset, options, { memory: folderMemory(folder) });
    expect(undisturbed.resumed).toBe(0);
    expect(resumed.resumed).toBe(7);
    expect(resumed.model.version).toBe(undisturbed.model.version);
    expect(resumed.search.map((row) => row.foldAuc)).toEqual(undisturbed.search.map((row) => row.foldAuc));
  });
  it("takes nothing from a search of other data, folds, seed or weights", async () => {
    const memory = folderMemory(folder);
    await trainModel(dataset, options, { memory });
    const { split } = await trainModel(dataset, options);
    const label = dataset.label.slice();
    label[split.train[0]] = 1 - label[split.train[0]];
    expect((await trainModel({ ...dataset, label }, options, { memory })).resumed).toBe(0);
    expect((await trainModel(dataset, { ...options, folds: 4 }, { memory })).resumed).toBe(0);
    expect((await trainModel(dataset, { ...options, class_weight: "balanced" }, { memory })).resumed).toBe(0);
    expect((await trainModel(dataset, options, { memory })).resumed).toBe(27);
  });
});
