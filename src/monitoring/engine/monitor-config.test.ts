import { describe, expect, it } from "vitest";
import { ChurnError } from "../../core/errors.js";
import { CONFIG_SECTIONS } from "./config-sections.js";
import { fitMonitor } from "./fit-monitor.js";
import { monitorConfig } from "./monitor-config.js";

/** What is wrong with a configuration; null when it passes. */
function faultOf(config: unknown): ChurnError | null {
  try {
    monitorConfig(config);
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(ChurnError);
    return error as ChurnError;
  }
}

describe("a value that a key does not take", () => {
  it.each([
    [{ univariate: { calculation_method: "magic" } }, /"univariate.calculation_method" cannot be "magic"[\s\S]*exact/],
    [{ missing: { normalize: "no" } }, /"missing.normalize" cannot be "no"[\s\S]*true \| false/],
    [{ univariate: { n_bins: "1e3" } }, /"univariate.n_bins" cannot be "1e3"[\s\S]*whole number ≥ 1/],
    [{ realized: { metrics: "roc_aux" } }, /"realized.metrics" cannot be "roc_aux"[\s\S]*did you mean "roc_auc"/],
    [{ cbpe: { metrics: ["f1", "roc_aux"] } }, /"cbpe.metrics.1" cannot be "roc_aux"[\s\S]*did you mean "roc_auc"/],
    [
      { cbpe: { thresholds: { f2: {} } } },
      /"cbpe.thresholds" cannot be {"f2":{}}: unknown key "f2", did you mean "f1"/,
    ],
    [{ cbpe: { thresholds: { f1: { type: "constant", lowr: 1 } } } }, /unknown key "lowr", did you mean "lower"/],
    [{ pca: { n_components: 1.5 } }, /"pca.n_components" cannot be 1.5[\s\S]*a whole number of components/],
    [{ stats: { statistics: ["meen"] } }, /"stats.statistics.0" cannot be "meen"[\s\S]*list of count/],
    [{ univariate: { continuous_methods: "wasserstein" } }, /cannot be "wasserstein"[\s\S]*it takes: list of/],
    [{ chunking: { period: "fortnight" } }, /"chunking.period" cannot be "fortnight"[\s\S]*it takes: H \| D/],
    [{ missing: { colum_names: [] } }, /unknown option "colum_names" in "missing"[\s\S]*did you mean "column_names"/],
    [{ domain_clasifier: {} }, /unknown key "domain_clasifier"[\s\S]*did you mean "domain_classifier"/],
    [{ pca: 3 }, /"pca" is not an object: 3/],
  ])("is refused with the key, the value and what it takes: %j", (config, message) => {
    const fault = faultOf(config);
    expect(fault?.message).toMatch(message);
    expect(fault?.exit).toBe(2);
  });

  const fields = [...CONFIG_SECTIONS].flatMap(([section, { options }]) =>
    options.fields.map((field) => [`${section}.${field.key}`, section, field] as const),
  );

  it.each(fields)("of whatever kind: %s", (path, section, { key, choices = [], takes }) => {
    const least = /(?:number|whole number) (≥|>) (-?[\d.]+)/.exec(takes);
    const wrong = [
      ...choices.map((word) => `${word}x`),
      ...(least ? [Number(least[2]) - (least[1] === "≥" ? 1 : 0)] : []),
      ...[true, -1.5, "", [[]], [true], [{}], { nothing: true }].filter((value) => !isTaken(takes, value)),
    ];
    expect(wrong.length).toBeGreaterThan(4);
    for (const value of wrong) {
      const fault = faultOf({ [section]: { [key]: value } });
      expect(fault, `${path}: ${JSON.stringify(value)}`).not.toBeNull();
      expect(fault?.message).toContain(`option "${path}`);
      expect(fault?.hint).toBeTruthy();
      expect(fault?.exit).toBe(2);
    }
  });

  const isTaken = (takes: string, value: unknown) => typeof value === "boolean" && takes === "true | false";
});

it("keys and sections that are null are left out, true is a section with its defaults, and names of NannyML are ours", () => {
  const config = monitorConfig({
    chunking: { chunk_period: "W" },
    realized: true,
    cbpe: false,
    univariate: null,
    domain_classifier: { column_names: ["a"], threshold: null },
    stats: { metrics: ["mean", "values_sum", "rows"] },
  });
  expect(config).toEqual({
    chunking: { period: "W" },
    realized: {},
    domain_classifier: { feature_column_names: ["a"] },
    stats: { statistics: ["avg", "sum", "count"] },
  });
});

it.each([
  [{ univariate: { column_names: ["tenur"] } }],
  [{ univariate: { treat_as_categorical: ["tenur"] } }],
  [{ univariate: { treat_as_numerical: ["tenur"] } }],
  [{ univariate: { column_thresholds: { tenur: {} } } }],
  [{ missing: { column_thresholds: { tenur: null } } }],
  [{ unseen: { column_names: ["tenur"] } }],
  [{ range: { column_names: ["tenur"] } }],
  [{ stats: { column_thresholds: { tenur: null } } }],
  [{ pca: { column_names: ["tenure", "tenur"] } }],
  [{ domain_classifier: { feature_column_names: ["tenur"] } }],
  [{ columns: { categorical: ["tenur"] }, univariate: {} }],
])("a column that is not there is refused with the nearest there is: %j", async (config) => {
  const numbers = Float64Array.from({ length: 40 }, (_, i) => i % 7);
  const reference = { columns: { tenure: numbers, calls: numbers } };
  await expect(fitMonitor(reference, monitorConfig(config))).rejects.toThrow(
    /there is no column "tenur"[\s\S]*did you mean "tenure"/,
  );
});
