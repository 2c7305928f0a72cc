import { z } from "zod";
import { defineOptions } from "../core/define-options.js";
import type { InputOf, SettingsOf } from "../core/option-set.js";

export const scoreOptions = defineOptions("score", {
  model: z.string().nullable().default(null).describe("version of the model that scores; null: the one in service"),
  start_date: z.iso
    .date()
    .nullable()
    .default(null)
    .describe("first snapshot day to score; null: the first whose label was not known in training"),
});

export type ScoreOptions = InputOf<typeof scoreOptions>;
export type ScoreSettings = SettingsOf<typeof scoreOptions>;
