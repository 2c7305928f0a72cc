import { z } from "zod";
import { defineOptions } from "../core/define-options.js";
import type { SettingsOf } from "../core/option-set.js";

/** What may stand in the source `sample:?…`. */
export const sampleOptions = defineOptions("sample", {
  subscribers: z.int().min(1).max(10_000_000).default(5000).describe("subscribers"),
  days: z.int().min(1).max(3650).default(120).describe("days of records"),
  seed: z.int().min(0).default(1).describe("the same seed gives the same records on any machine"),
  scenario: z
    .enum(["none", "price-rise", "data-shift", "outage", "new-segment"])
    .default("none")
    .describe("what changes in the last part of the days"),
});

export type SampleSettings = SettingsOf<typeof sampleOptions>;
