import { beforeAll, describe, expect, it } from "vitest";
import { toySnapshots } from "../../test/fixtures/training/toy-snapshots.js";
import { bin } from "../forest/matrix/bin.js";
import { trainerOf } from "./engines/all-engines.js";
import type { EngineModel, Parameters } from "./engines/engine.js";
import { modelImportance } from "./model-importance.js";

const {
  features,
  columns,
  label: truth,
  subscriber: group,
} = toySnapshots({ subscribers: 400, days: [100], noise: 1, risk: -1 });
const useless = new Float64Array(truth.length).fill(7);
const table = { names: [...features, "constant"], columns: [...columns, useless] };
const label = Uint8Array.from(truth);
const rows = Int32Array.from(label, (_, i) => i);

describe.each([
  { engine: "forest", num_trees: 12, max_depth: 5, max_features: "sqrt", min_samples_leaf: 3 },
  { engine: "boosting", num_trees: 12, max_leaves: 8, learning_rate: 0.1, l2: 0, min_samples_leaf: 3 },
  { engine: "logistic", penalty: 10 },
  { engine: "recency" },
  { engine: "ml-random-forest", num_trees: 12, max_depth: 5, max_features: "sqrt", min_samples_leaf: 3 },
] satisfies Parameters[])("permutation importance of $engine", (point) => {
  let model: EngineModel;
  beforeAll(async () => {
    const trainer = await trainerOf([point.engine], {
      ...{ table, label, group, classWeight: null, threads: 1 },
      ...{ day: new Int32Array(label.length), horizon: 14, recency: "days_since_last_activity" },
      binned: () => bin(table),
    });
    model = (await trainer.fit([point], rows, "1", {}))[0].model;
  });

  it("scores a shuffled column as the model scores the shuffled table", () => {
    const from = rows.map((i) => (i * 7) % label.length);
    const shuffledScores = model.shuffledScores(table);
    for (const j of features.keys()) {
      const mixed = table.columns.slice();
      mixed[j] = Float64Array.from(from, (row) => table.columns[j][row]);
      const plain = model.score({ names: table.names, columns: mixed });
      for (const [i, score] of (shuffledScores(j, from) ?? model.score(table)).entries()) {
        expect(score).toBeCloseTo(plain[i], 12);
      }
    }
    const whole = model.score(table);
    for (const [i, score] of (shuffledScores(0, rows) ?? whole).entries()) expect(score).toBeCloseTo(whole[i], 12);
  });
  it("is large for what tells of churn, none for a constant, and the same for the same seed", async () => {
    const options = { repeats: 3, seed: "1" };
    const first = (await modelImportance(model, table, label, options))!;
    const of = (name: string) => first[table.names.indexOf(name)];
    expect(of("constant")).toEqual({ mean: 0, sd: 0 });
    expect(of("days_since_last_activity").mean).toBeGreaterThan(0.03);
    expect(of("days_since_last_activity").mean).toBeGreaterThan(3 * of("tariff").mean);
    expect(await modelImportance(model, table, label, options)).toEqual(first);
  });
  it("is not defined on rows of one class", async () => {
    const one = new Uint8Array(label.length);
    expect(await modelImportance(model, table, one, { repeats: 1, seed: "1" })).toBeNull();
  });
});
