import { z } from "zod";
import { defineOptions } from "../core/define-options.js";
import type { InputOf, SettingsOf } from "../core/option-set.js";
import { CONTINUOUS_METHODS } from "../monitoring/drift/drift-methods.js";
import { PERFORMANCE_METRICS } from "../monitoring/metrics/metrics.js";

export const monitorOptions = defineOptions("monitor", {
  model: z.string().nullable().default(null).describe("version of the model to watch; null: the one in service"),
  metrics: z
    .array(z.enum(PERFORMANCE_METRICS))
    .min(1)
    .default(["roc_auc", "f1", "accuracy"])
    .describe("metrics of realized and estimated performance"),
  business_value_matrix: z
    .array(z.array(z.number()).length(2))
    .length(2)
    .nullable()
    .default(null)
    .describe("worth of each outcome, [[TN, FP], [FN, TP]]; business_value needs it"),
  chunk_period: z
    .enum(["D", "W", "M", "Q", "Y"])
    .nullable()
    .default("W")
    .describe("chunks by day, week, month, quarter or year of the snapshot; null: by size or number"),
  chunk_size: z.int().min(1).nullable().default(null).describe("snapshots per chunk, where chunk_period is null"),
  chunk_number: z.int().min(1).nullable().default(null).describe("number of chunks, where period and size are null"),
  drift_columns: z
    .array(z.string().min(1))
    .default([])
    .describe(
      "features to watch for drift; none named: all that the model reads, but those that grow with the log by what they are, as days since a date",
    ),
  drift_methods: z
    .array(z.enum(CONTINUOUS_METHODS))
    .min(1)
    .default(["jensen_shannon"])
    .describe("methods of drift; of columns of classes the Jensen-Shannon distance"),
  false_alarms: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.05)
    .describe("chance that the verdict is anything but good in a run in which nothing changed"),
  refresh: z
    .boolean()
    .default(false)
    .describe("compute every chunk again, not only those that are new or whose labels came in"),
  alert_file: z.string().min(1).nullable().default(null).describe("file that gets alerts, one JSON object a line"),
  alert_webhook: z.string().min(1).nullable().default(null).describe("http(s) address that gets alerts as JSON"),
  alert_secret: z
    .string()
    .min(1)
    .default("ALERT_WEBHOOK_SECRET")
    .describe("name of the environment variable that holds the key that webhooks are signed with"),
  alert_console: z.boolean().default(false).describe("write alerts to standard error"),
  alert_after: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe("send alerts when this many chunks in a row pass their limits; null: send what the verdict finds"),
  alert_cool_down: z.int().min(0).default(0).describe("chunks after an all-clear in which the same cause stays quiet"),
  output_dir: z.string().min(1).default("output").describe("folder of the report"),
});

/** What a caller may give to `monitor`. */
export type MonitorOptions = InputOf<typeof monitorOptions>;
/** The options of `monitor` with every default filled in. */
export type MonitorSettings = SettingsOf<typeof monitorOptions>;
