import { z } from "zod";
import { defineOptions } from "../core/define-options.js";
import type { InputOf, SettingsOf } from "../core/option-set.js";

export const monitorOptions = defineOptions("monitor", {
  model: z.string().nullable().default(null).describe("version of the model to watch; null: the one in service"),
  metrics: z
    .array(z.enum(["roc_auc", "average_precision", "f1", "precision", "recall", "specificity", "accuracy"]))
    .min(1)
    .default(["roc_auc", "f1", "accuracy"])
    .describe("metrics of realized performance"),
  chunk_period: z
    .enum(["D", "W", "M", "Q", "Y"])
    .nullable()
    .default("W")
    .describe("chunks by day, week, month, quarter or year of the snapshot; null: by size or number"),
  chunk_size: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe("chunks of so many snapshots, where chunk_period is null"),
  chunk_number: z.int().min(1).nullable().default(null).describe("so many chunks, where period and size are null"),
  output_dir: z.string().min(1).default("output").describe("folder of the report"),
});

export type MonitorOptions = InputOf<typeof monitorOptions>;
export type MonitorSettings = SettingsOf<typeof monitorOptions>;
