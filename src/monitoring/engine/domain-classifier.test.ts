import { expect, it } from "vitest";
import { golden, goldenTable } from "../../../test/monitoring/golden.js";
import { random } from "../../core/random.js";
import { domainClassifier } from "./domain-classifier.js";

const columns = (seed: string, rows: number, apart: number) => {
  const { normal, int } = random(seed);
  const a = Array.from({ length: rows }, normal);
  return {
    columns: {
      a,
      // related in the reference, with a sign that may turn
      b: a.map((value) => (apart ? -value : value) + 0.3 * normal()),
      c: Array.from({ length: rows }, () => ["x", "y", "z"][int(3)]),
    },
  };
};

it("agrees with NannyML's LightGBM within two hundredths", async () => {
  const file = golden("executed").carloan_domain_classifier_ref15000_ana10000;
  const names = file.config.feature_column_names as string[];
  const last = (values: ArrayLike<unknown>) => Array.prototype.slice.call(values, -10_000);
  const analysis = goldenTable("carloan", "analysis");
  const result = await domainClassifier({
    reference: goldenTable("carloan", "reference", { rows: 15_000 }),
    analysis: { columns: Object.fromEntries(names.map((name) => [name, last(analysis.columns?.[name] as never)])) },
    columns: names,
    chunking: { size: 5000 },
    compat: "nannyml",
  });
  const value = file.expected.columns.findIndex(([, field]: string[]) => field === "value");
  const expected = file.expected.rows.map((row: number[]) => row[value]);
  const ours = result.measures("domain_classifier_auroc").map((measure) => measure.value as number);
  expect(ours).toHaveLength(expected.length);
  ours.forEach((auc, i) => {
    expect(Math.abs(auc - expected[i]), `chunk ${i}: ${auc}, expected ${expected[i]}`).toBeLessThan(0.02);
  });
}, 60_000);

it("sees a broken relation that no single column shows, and nothing where there is nothing", async () => {
  const options = { reference: columns("reference", 4000, 0), chunking: { size: 1000 } };
  const same = await domainClassifier({ ...options, analysis: columns("same", 2000, 0) });
  const turned = await domainClassifier({ ...options, analysis: columns("turned", 2000, 1) });
  const analysis = (result: typeof same) => result.filter({ period: "analysis" }).measures("domain_classifier_auroc");
  for (const { value, alert } of analysis(same)) {
    expect(Math.abs((value as number) - 0.5)).toBeLessThan(0.05);
    expect(alert).toBe(false);
  }
  for (const { value, alert } of analysis(turned)) {
    expect(value).toBeGreaterThan(0.85);
    expect(alert).toBe(true);
  }
});

it("says why a chunk of a few rows, or of the whole reference, has no value", async () => {
  const options = { reference: columns("reference", 500, 0), chunking: { size: 500 } };
  const result = await domainClassifier({ ...options, analysis: columns("few", 503, 0) });
  expect(result.measures("domain_classifier_auroc").map(({ notComputed }) => notComputed)).toEqual([
    "the chunk is the whole reference",
    undefined,
    "too few rows to cross-validate, n=3",
  ]);
});

it("takes a limit on one side", async () => {
  const threshold = { type: "constant", upper: 0.6 } as const;
  const result = await domainClassifier({
    reference: columns("reference", 600, 0),
    chunking: { size: 300 },
    threshold,
  });
  expect(result.measures("domain_classifier_auroc")[0]).toMatchObject({ lowerThreshold: null, upperThreshold: 0.6 });
});
