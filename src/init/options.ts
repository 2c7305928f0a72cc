import { z } from "zod";
import { defineOptions } from "../core/define-options.js";
import type { InputOf, SettingsOf } from "../core/option-set.js";

export const initOptions = defineOptions("init", {
  subscriber: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe("column of the subscriber, where the data do not tell it or tell it wrong"),
  time: z.string().min(1).nullable().default(null).describe("column of the day or time, likewise"),
  time_format: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe("how days and times are written, for strptime; epoch_s, epoch_ms, epoch_us or excel for numbers"),
  grain: z
    .enum(["day", "event"])
    .nullable()
    .default(null)
    .describe("day: one row per subscriber and day; event: several; null: what the rows show"),
  rows: z
    .int()
    .min(1000)
    .default(500_000)
    .describe("most rows that are kept to look at: of a longer log those of a part of its subscribers"),
  megabytes: z
    .number()
    .positive()
    .default(1000)
    .describe("most megabytes of unpacked text that are read; of a larger log the first ones"),
});

/** What a caller may give to `proposeConfig`. */
export type InitOptions = InputOf<typeof initOptions>;
/** The options of `proposeConfig` with every default filled in. */
export type InitSettings = SettingsOf<typeof initOptions>;
