import { z } from "zod";
import { defineOptions } from "../core/define-options.js";
import type { InputOf, SettingsOf } from "../core/option-set.js";
import { SILENT_RULES } from "../store/silent-rule.js";

export const edaOptions = defineOptions("eda", {
  start_date: z.iso.date().nullable().default(null).describe("first day to look at; null: the first of the log"),
  end_date: z.iso.date().nullable().default(null).describe("last day to look at; null: the last that was loaded"),
  label: z
    .enum(["auto", "given", "ahead"])
    .default("auto")
    .describe(
      "given: PSEUDO_CHURNED of the row's own day; ahead: churn in the horizon after it; auto: given where the log has it",
    ),
  horizon: z
    .int()
    .min(1)
    .max(3650)
    .default(14)
    .describe("days after a row's day in which churn counts, for label ahead"),
  silent: z
    .enum(SILENT_RULES)
    .default("unknown")
    .describe(
      "for label ahead in a log with PSEUDO_CHURNED, what the label is where the days after have no row with a flag and no activity; unknown: there is none; leaver: churn",
    ),
  titles: z
    .record(z.string(), z.string())
    .default({})
    .describe(
      "what the measures are in this log, for exploration alone; load.titles says it everywhere: DP_DATA_VOLUME=amount (US dollars)",
    ),
  output_dir: z.string().min(1).default("output").describe("folder of the charts"),
});

/** What a caller may give to `explore`. */
export type EdaOptions = InputOf<typeof edaOptions>;
/** The options of `explore` with every default filled in. */
export type EdaSettings = SettingsOf<typeof edaOptions>;
