import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { sigmoid } from "../../statistics/logit.js";
import { loggedColumns } from "./linear-features.js";
import { loadLogisticModel, logisticTrainer } from "./logistic-engine.js";
import { fitLogistic, linearPredictor, rowMatrix } from "./logistic-regression.js";

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../test/fixtures/training/${name}`, import.meta.url), "utf8"));
const near = (ours: ArrayLike<number>, theirs: ArrayLike<number>, within: number) => {
  expect(ours.length).toBe(theirs.length);
  for (let i = 0; i < theirs.length; i++) expect(Math.abs(ours[i] - theirs[i])).toBeLessThan(within);
};

describe("fitLogistic", () => {
  const fixture = read("fits.json") as {
    made_by: string;
    x: number[][];
    y: number[];
    logistic: Record<string, { intercept: number; weights: number[]; probability: number[] }>;
  };
  const x = rowMatrix(fixture.x, fixture.y.length);
  it.each(Object.entries(fixture.logistic))(
    `with penalty %s equals ${fixture.made_by} to 1e-7`,
    async (penalty, theirs) => {
      const fit = await fitLogistic(x, fixture.y, { penalty: Number(penalty) });
      near([fit.intercept, ...fit.weights], [theirs.intercept, ...theirs.weights], 1e-7);
      near(linearPredictor(fit, x).map(sigmoid).slice(0, 5), theirs.probability, 1e-8);
    },
  );
  it("takes fractions as targets, and converges where classes are apart", async () => {
    const apart = await fitLogistic(rowMatrix([[-2, -1, 1, 2]], 4), [0, 0, 1, 1], { penalty: 1e-3 });
    expect(apart.weights[0]).toBeGreaterThan(2);
    const half = await fitLogistic(rowMatrix([[-1, 1]], 2), [0.5, 0.5]);
    near([half.intercept, half.weights[0]], [0, 0], 1e-12);
  });
  it("does not depend on where it begins", async () => {
    const cold = await fitLogistic(x, fixture.y, { penalty: 0.01 });
    const warm = await fitLogistic(x, fixture.y, {
      penalty: 0.01,
      start: { intercept: 3, weights: Float64Array.of(-2, 5, 1) },
    });
    near(warm.weights, cold.weights, 1e-6);
  });
});

describe("engine logistic", () => {
  const fixture = read("logistic-engine.json") as {
    made_by: string;
    names: string[];
    columns: (number | null)[][];
    y: number[];
    fits: Record<string, { intercept: number; weights: number[]; probability: number[] }>;
  };
  const table = {
    names: fixture.names,
    columns: fixture.columns.map((column) => Float64Array.from(column, (value) => value ?? Number.NaN)),
  };
  const all = Int32Array.from(fixture.y, (_, i) => i);
  const trainer = logisticTrainer({ table, label: Uint8Array.from(fixture.y) });
  const penalties = Object.keys(fixture.fits).map(Number);
  const fitAll = () =>
    trainer.fit(
      penalties.map((penalty) => ({ engine: "logistic" as const, penalty })),
      all,
      "",
      {},
    );

  it(`gives the probabilities of ${fixture.made_by}: signed logs, standardized, gaps as the mean with a column`, async () => {
    for (const [k, { model, score }] of (await fitAll()).entries()) {
      near(model.score(table), fixture.fits[penalties[k]].probability, 1e-4);
      expect(score(all)).toEqual(model.score(table));
    }
  });
  it("is saved and loaded to the bit, and explains each row on the log-odds", async () => {
    const [{ model }] = await fitAll();
    const loaded = loadLogisticModel(JSON.parse(JSON.stringify(model)));
    expect(loaded.score(table)).toEqual(model.score(table));
    const { values, baseline } = loaded.contributions(table)!;
    const width = table.names.length;
    const score = model.score(table);
    for (let i = 0; i < 50; i++) {
      const sum = values
        .subarray(i * width, (i + 1) * width)
        .reduce((a, b) => a + b, Math.log(baseline / (1 - baseline)));
      expect(sigmoid(sum)).toBeCloseTo(score[i], 12);
    }
    const share = model.importances()!;
    expect(share.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    expect(share[table.names.indexOf("constant")]).toBe(0);
  });
  it("scores a shuffled column as a table with that column shuffled", async () => {
    const [{ model }] = await fitAll();
    const from = all.map((i) => (i * 7 + 3) % all.length);
    const shuffled = model.shuffledScores(table);
    expect(shuffled(table.names.indexOf("constant"), from)).toBeNull();
    const columns = table.columns.slice();
    columns[0] = Float64Array.from(from, (row) => table.columns[0][row]);
    near(shuffled(0, from)!, model.score({ names: table.names, columns }), 1e-12);
  });
  it("refuses JSON that is none", () => {
    expect(() => loadLogisticModel({ columns: [], weights: [1] })).toThrow(/not a logistic regression/);
  });
  it("signed logs keep sign and zero", () => {
    const [logged] = loggedColumns({ names: ["a"], columns: [Float64Array.of(-1, 0, Math.E - 1, Number.NaN)] });
    expect([...logged]).toEqual([-Math.log(2), 0, expect.closeTo(1, 15), Number.NaN]);
  });
});
