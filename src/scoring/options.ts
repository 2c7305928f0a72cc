import { z } from "zod";
import { defineOptions } from "../core/define-options.js";
import type { InputOf, SettingsOf } from "../core/option-set.js";

export const scoreOptions = defineOptions("score", {
  model: z
    .string()
    .nullable()
    .default(null)
    .describe("version of the model that scores, or its file; null: the one in service"),
  start_date: z.iso
    .date()
    .nullable()
    .default(null)
    .describe("first snapshot day to score; null: the first whose label was not known in training"),
  input: z
    .string()
    .nullable()
    .default(null)
    .describe("table of features to score instead of the store's snapshots, .csv or .parquet"),
  output: z.string().nullable().default(null).describe("file for the scores of `input`, .csv or .parquet"),
  number: z
    .array(z.string())
    .nullable()
    .default(null)
    .describe("features of `input` of which cells that are not numbers count as missing"),
  date_format: z
    .string()
    .nullable()
    .default(null)
    .describe("format of the column Date of `input` where it is not YYYY-MM-DD, in the notation of strptime: %d.%m.%Y"),
  reasons: z.int().min(0).max(20).default(3).describe("reasons given with each flagged row of `input`"),
});

/** What a caller may give to `score`. */
export type ScoreOptions = InputOf<typeof scoreOptions>;
export type ScoreSettings = SettingsOf<typeof scoreOptions>;
