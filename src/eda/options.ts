import { z } from "zod";
import { defineOptions } from "../core/define-options.js";
import type { InputOf, SettingsOf } from "../core/option-set.js";

export const edaOptions = defineOptions("eda", {
  start_date: z.iso.date().nullable().default(null).describe("first day to look at; null: the first of the log"),
  end_date: z.iso.date().nullable().default(null).describe("last day to look at; null: the last that was loaded"),
  horizon: z
    .int()
    .min(1)
    .default(14)
    .describe("days without activity that count as churn, where the log has no PSEUDO_CHURNED"),
  output_dir: z.string().min(1).default("output").describe("folder of the charts"),
});

export type EdaOptions = InputOf<typeof edaOptions>;
export type EdaSettings = SettingsOf<typeof edaOptions>;
