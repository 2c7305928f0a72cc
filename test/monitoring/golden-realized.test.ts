import { expect, it } from "vitest";
import { realizedPerformance } from "../../src/monitoring/engine/realized-performance.js";
import { chunkingOf, compareFile, golden, goldenTable, performanceOptions, periodOf, type Tally } from "./golden.js";

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
  const rows = result.filter({ period: periodOf(file) }).toRows();
  const skip = (column: string) => column === "average_precision/sampling_error";
  expect(compareFile(rows, file, { relative: 1e-9, skip }, tally, name)).toEqual([]);
});

it("prints how many cells were compared and agreed", () => {
  console.log(`realized performance: ${tally.compared} cells compared, ${tally.agreed} agreed`);
  expect(tally.agreed).toBe(tally.compared);
  expect(tally.compared).toBeGreaterThan(30_000);
});
