import { expect, it } from "vitest";
import { univariateDrift } from "../../src/monitoring/engine/univariate-drift.js";
import { chunkingOf, compareFile, golden, goldenTable, periodOf, type Tally } from "./golden.js";

const tally: Tally = { compared: 0, agreed: 0, misses: [] };
const runs = Object.entries({ ...golden("executed"), ...golden("docs") }).filter(
  ([, file]) => String(file.config?.calculator).startsWith("UnivariateDrift") && file.dataset.available !== false,
);

it.each(runs)("%s: every cell agrees with NannyML", (name, file) => {
  const set = name.startsWith("micro") ? "micro" : "carloan";
  const { chunking, time } = chunkingOf(file);
  // the tables of the documentation come from one calculator
  const { config } = file.config.column_names ? file : golden("docs").univariate_stored_calculator_all;
  const rows = String(file.dataset.reference).startsWith("first 8000") ? 8000 : undefined;
  const thresholds = config.thresholds && typeof config.thresholds === "object" ? config.thresholds : {};
  const result = univariateDrift({
    reference: goldenTable(set, "reference", { time, ...(rows ? { rows } : {}) }),
    analysis: goldenTable(set, "analysis", { time, ...(rows ? { rows: 12_000 } : {}) }),
    columns: config.column_names,
    treatAsCategorical: config.treat_as_categorical ?? [],
    treatAsContinuous: config.treat_as_numerical ?? [],
    continuousMethods: config.continuous_methods,
    categoricalMethods: config.categorical_methods,
    thresholds,
    chunking,
    compat: "nannyml",
  });
  expect(
    compareFile(result.filter({ period: periodOf(file) }).toRows(), file, { relative: 1e-8 }, tally, name),
  ).toEqual([]);
});

it("prints how many cells were compared and agreed", () => {
  console.log(`univariate drift: ${tally.compared} cells compared, ${tally.agreed} agreed`);
  expect(tally.agreed).toBe(tally.compared);
  expect(tally.compared).toBeGreaterThan(20_000);
});
