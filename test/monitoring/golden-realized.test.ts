import { expect, it } from "vitest";
import { realizedPerformance } from "../../src/monitoring/realized-performance.js";
import { chunkingOf, compareRows, golden, goldenTable, performanceOptions, type Tally } from "./golden.js";

const tally: Tally = { compared: 0, agreed: 0, misses: [] };

const runs = Object.entries({ ...golden("executed"), ...golden("docs") }).filter(
  ([, file]) => String(file.config?.calculator).startsWith("PerformanceCalculator") && file.dataset.available !== false,
);

it.each(runs)("%s: every deterministic cell agrees with NannyML", (name, file) => {
  const set = name.startsWith("micro") ? "micro" : "carloan";
  const { chunking, time } = chunkingOf(file);
  const result = realizedPerformance({
    reference: goldenTable(set, "reference", { time }),
    analysis: goldenTable(set, "analysis", { time }),
    ...performanceOptions(file),
    chunking,
    compat: "nannyml",
  });
  const before = tally.compared - tally.agreed;
  const period = file.period === "reference" || file.period === "analysis" ? file.period : "all";
  compareRows(
    result.filter({ period }).toRows(),
    file.expected ?? file.expected_full_precision,
    { relative: 1e-9, skip: (column) => column === "average_precision/sampling_error" },
    tally,
    name,
  );
  expect(tally.misses).toEqual([]);
  expect(tally.compared - tally.agreed).toBe(before);
});

it("prints how many cells were compared and agreed", () => {
  console.log(`realized performance: ${tally.compared} cells compared, ${tally.agreed} agreed`);
  expect(tally.agreed).toBe(tally.compared);
  expect(tally.compared).toBeGreaterThan(9000);
});
