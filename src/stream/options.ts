import { z } from "zod";
import { defineOptions } from "../core/define-options.js";
import type { InputOf, SettingsOf } from "../core/option-set.js";

export const streamOptions = defineOptions("stream", {
  batch_size: z.int().min(1).default(1000).describe("rows in a batch"),
  num_batches: z.int().min(0).default(5).describe("batches of this stream in all, those of earlier runs included"),
  interval: z.number().min(0).default(60).describe("seconds from the start of one batch to the start of the next"),
  name: z.string().min(1).default("default").describe("name of the stream: a stopped one goes on under its name"),
  origin: z
    .enum(["auto", "held-back", "sample", "resample"])
    .default("auto")
    .describe(
      "where the days after the loaded range come from: rows that the load held back, the sample generator, or the last week again, varied by up to 10 %",
    ),
  scenario: z
    .enum(["none", "price-rise", "data-shift", "outage", "new-segment"])
    .default("none")
    .describe("what changes in the streamed days, where the sample generator makes them"),
  seed: z.int().default(1).describe("seed of the variation when rows are sampled again"),
  data_dir: z.string().min(1).default("data").describe("folder of the file that holds the days to stream"),
});

export type StreamOptions = InputOf<typeof streamOptions>;
export type StreamSettings = SettingsOf<typeof streamOptions>;
