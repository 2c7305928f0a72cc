import { beforeAll, describe, expect, it } from "vitest";
import { toySnapshots } from "../../test/fixtures/training/toy-snapshots.js";
import type { EngineModel } from "./engine.js";
import { forestTrainer } from "./forest-engine.js";
import { mlRandomForestTrainer } from "./ml-random-forest-engine.js";
import { permutationImportance } from "./permutation-importance.js";

const { features, columns, label: truth } = toySnapshots({ subscribers: 400, days: [100], noise: 1, risk: -1 });
const useless = new Float64Array(truth.length).fill(7);
const table = { names: [...features, "constant"], columns: [...columns, useless] };
const label = Uint8Array.from(truth);
const rows = Int32Array.from(label, (_, i) => i);
const point = { num_trees: 12, max_depth: 5, max_features: "sqrt" as const, min_samples_leaf: 3 };

describe.each(["forest", "ml-random-forest"] as const)("permutation importance of %s", (engine) => {
  let model: EngineModel;
  beforeAll(async () => {
    const input = { table, label, classWeight: "none" as const, threads: 1 };
    const trainer = engine === "forest" ? forestTrainer(input) : await mlRandomForestTrainer(input);
    model = (await trainer.fit([point], rows, "1", {}))[0]!.model;
  });

  it("scores a shuffled column as the model scores the shuffled table", () => {
    const from = rows.map((i) => (i * 7) % label.length);
    const shuffledScores = model.shuffledScores(table);
    for (const j of features.keys()) {
      const mixed = table.columns.slice();
      mixed[j] = Float64Array.from(from, (row) => table.columns[j]![row]!);
      const plain = model.score({ names: table.names, columns: mixed });
      expect(shuffledScores(j, from) ?? model.score(table)).toEqual(plain);
    }
    expect(model.shuffledScores(table)(0, rows)).toEqual(model.score(table));
  });
  it("is large for what tells of churn, none for a constant, and the same for the same seed", async () => {
    const options = { repeats: 3, seed: "1" };
    const first = (await permutationImportance(model, table, label, options))!;
    const of = (name: string) => first[table.names.indexOf(name)]!;
    expect(of("constant")).toEqual({ mean: 0, sd: 0 });
    expect(of("days_since_last_activity").mean).toBeGreaterThan(0.03);
    expect(of("days_since_last_activity").mean).toBeGreaterThan(3 * of("tariff").mean);
    expect(await permutationImportance(model, table, label, options)).toEqual(first);
  });
  it("is not defined on rows of one class", async () => {
    const one = new Uint8Array(label.length);
    expect(await permutationImportance(model, table, one, { repeats: 1, seed: "1" })).toBeNull();
  });
});
