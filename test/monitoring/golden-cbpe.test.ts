import { expect, it } from "vitest";
import { estimatePerformance } from "../../src/monitoring/engine/estimate-performance.js";
import { chunkingOf, compareFile, golden, goldenTable, performanceOptions, periodOf, type Tally } from "./golden.js";

const tally: Tally = { compared: 0, agreed: 0, misses: [] };
const docs = golden("docs");
const runs = Object.entries({ ...golden("executed"), ...docs }).filter(
  ([, file]) => String(file.config?.calculator).startsWith("CBPE") && file.dataset.available !== false,
);
// drawn by an unseeded generator in NannyML
const random = /^average_precision\/(sampling_error|(upper|lower)_confidence_boundary)$/;

it.each(runs)("%s: every deterministic cell agrees with NannyML", (name, file) => {
  const set = name.startsWith("micro") ? "micro" : "carloan";
  const { chunking, time } = chunkingOf(file);
  const analysis = goldenTable(set, "analysis", { time, scored: !!file.dataset.analysis_filter });
  const { yTrue: _, ...unlabelled } = analysis;
  const result = estimatePerformance({
    reference: goldenTable(set, "reference", { time }),
    analysis: name in docs && !name.startsWith("ranking_") ? unlabelled : analysis,
    ...performanceOptions(file),
    chunking,
    compat: "nannyml",
  });
  const rows = result.filter({ period: periodOf(file) }).toRows();
  expect(compareFile(rows, file, { relative: 1e-9, skip: (column) => random.test(column) }, tally, name)).toEqual([]);
});

it("prints how many cells were compared and agreed", () => {
  console.log(`estimated performance: ${tally.compared} cells compared, ${tally.agreed} agreed`);
  expect(tally.agreed).toBe(tally.compared);
  expect(tally.compared).toBeGreaterThan(40_000);
});
