import { expect, it } from "vitest";
import { nannymlConfig } from "./nannyml-config.js";

const YAML = `
input:
  reference_data: {path: "data/ref_{{year}}_{{month}}_{{weeknumber}}.csv"}
  analysis_data: {path: /data/analysis.pq}
  target_data: {path: targets.csv, join_column: id}
calculators:
  - type: univariate_drift
    name: features
    params:
      column_names: [tenure, plan]
      timestamp_column_name: when
      chunk_period: W
      continuous_methods: [wasserstein]
      thresholds: {wasserstein: {type: constant, upper: 3}}
    outputs: [{type: raw_files, params: {path: out}, write_args: {format: csv}}, {type: database, params: {}}]
  - type: cbpe
    params: {metrics: [roc_auc, f1], y_true: churned, y_pred: flag, y_pred_proba: score, problem_type: classification_binary,
             timestamp_column_name: when, chunk_period: W}
  - {type: summary_stats_avg, params: {column_names: [tenure], chunk_period: W}}
  - {type: summary_stats_row_count, params: {chunk_period: W}}
  - {type: dle, params: {}}
  - {type: missing_values, enabled: false, params: {chunk_size: 10}}
scheduling: {interval: {hours: 1}}
`;

it("reads the file of nml run as far as it goes, and says what it leaves out", () => {
  expect(nannymlConfig(YAML, "/home/me", new Date(2026, 0, 5))).toEqual({
    reference: "/home/me/data/ref_2026_01_2.csv",
    analysis: "/data/analysis.pq",
    targets: "/home/me/targets.csv",
    join: "id",
    output: "/home/me/out",
    config: {
      columns: { timestamp: "when", y_true: "churned", y_pred: "flag", y_pred_proba: "score" },
      chunking: { period: "W" },
      univariate: {
        column_names: ["tenure", "plan"],
        continuous_methods: ["wasserstein"],
        thresholds: { wasserstein: { type: "constant", upper: 3 } },
      },
      cbpe: { metrics: ["roc_auc", "f1"] },
      stats: { statistics: ["avg", "count"], column_names: ["tenure"] },
    },
    notes: [
      "output database of univariate_drift is not supported and was skipped",
      "calculator dle is not supported and was skipped",
      "scheduling is not supported and was skipped: use cron, or the poller of the service",
    ],
  });
});

it.each([
  [
    YAML.replace("chunk_period: W}}\n  - {type: summary_stats_row", "chunk_period: M}}\n  - {type: summary_stats_row"),
    /calculators disagree on chunking.period: "W" and "M"/,
  ],
  [
    YAML.replace("/data/analysis.pq", "s3://bucket/analysis.pq"),
    /input.analysis_data is a remote path \(s3:.*\n.*download it first/,
  ],
  [YAML.replace(", join_column: id", ""), /input.target_data has no join_column/],
  ["calculators: []", /input of the NannyML configuration is not a mapping/],
])("refuses what it cannot do, by name (%#)", (text, message) => {
  expect(() => nannymlConfig(text, "/home/me")).toThrow(message);
});
