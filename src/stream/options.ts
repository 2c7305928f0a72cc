import { z } from "zod";
import { SCENARIOS } from "../cdr/sample/scenario.js";
import { defineOptions } from "../core/define-options.js";
import type { InputOf, SettingsOf } from "../core/option-set.js";

export const streamOptions = defineOptions("stream", {
  batch_size: z.int().min(1).max(1_000_000).default(1000).describe("rows in a batch"),
  num_batches: z.int().min(0).default(5).describe("batches of this stream in all, those of earlier runs included"),
  interval: z
    .number()
    .min(0)
    .max(86_400)
    .default(60)
    .describe("seconds from the start of one batch to the start of the next"),
  speed: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe("replay by event time: seconds of the log per second, 86400 is a day; null: by interval"),
  name: z
    .string()
    .min(1)
    .max(200)
    .default("default")
    .describe("name of the stream; a stopped stream resumes under its name"),
  origin: z
    .enum(["auto", "held-back", "sample", "resample"])
    .default("auto")
    .describe(
      "where the days after the loaded range come from: rows that loads held back, the sample generator, or, only when it is asked for, the last week again, varied by up to 10 %",
    ),
  scenario: z.enum(SCENARIOS).default("none").describe("what changes in the streamed days"),
  scenario_day: z.iso
    .date()
    .nullable()
    .default(null)
    .describe("first day that the scenario touches; null: the first streamed day"),
  scenario_days: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe("days after which the scenario is over; null: six for an outage, else never"),
  label_delay: z
    .int()
    .min(0)
    .max(3650)
    .default(0)
    .describe("days of the log after which the label of a row comes in; 0: with the row"),
  seed: z.int().default(1).describe("seed of the variation when rows are sampled again"),
  data_dir: z.string().min(1).default("data").describe("folder of the file that holds the days to stream"),
});

/** What a caller may give to `stream`. */
export type StreamOptions = InputOf<typeof streamOptions>;
export type StreamSettings = SettingsOf<typeof streamOptions>;
