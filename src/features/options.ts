import { z } from "zod";
import { defineOptions } from "../core/define-options.js";
import type { InputOf, SettingsOf } from "../core/option-set.js";
import { SILENT_RULES } from "../store/silent-rule.js";
import { customOption } from "./custom-option.js";

export const featureOptions = defineOptions("features", {
  set: z
    .enum(["standard", "behaviour", "legacy", "seed"])
    .default("standard")
    .transform((set) => (set === "seed" ? "legacy" : set))
    .describe(
      "standard: lifetime, levels of use and what changed in them, the last days against the own ones before; behaviour: sums and trends over trailing windows; legacy: the 32 columns of the legacy system; seed: its old name",
    ),
  windows: z
    .array(z.int().min(1).max(3650))
    .min(1)
    .default([7, 14, 30])
    .describe("lengths of the trailing windows, in days"),
  horizon: z
    .int()
    .min(1)
    .max(3650)
    .default(14)
    .describe("length of the label's window from the snapshot day on, in days"),
  snapshot_every: z.int().min(1).default(7).describe("days from one snapshot day to the next"),
  start_date: z.iso
    .date()
    .nullable()
    .default(null)
    .describe("first snapshot day; null: when the longest window is full"),
  end_date: z.iso.date().nullable().default(null).describe("last snapshot day; null: the day after the last record"),
  active_within: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe("a subscriber counts when active in this many days before the snapshot; null: the longest window"),
  label: z
    .enum(["auto", "given", "derived", "leavers"])
    .default("auto")
    .describe(
      "leavers: left within the horizon, by the list of load.churned; given: PSEUDO_CHURNED; derived: no activity in the horizon; auto: the first of these that there is",
    ),
  silent: z
    .enum(SILENT_RULES)
    .default("unknown")
    .describe(
      "in a log with PSEUDO_CHURNED, what the label of a subscriber is who has no row with a flag in the horizon and did nothing; unknown: there is none; leaver: churn",
    ),
  leavers_until: z
    .union([z.enum(["last", "log"]), z.iso.date()])
    .default("last")
    .describe(
      "day until which the list knows all who left, so that a label whose horizon goes beyond is unknown; last: the last day on which somebody did; log: the last day of the log",
    ),
  use_attributes: z
    .array(z.string().min(1))
    .nullable()
    .default(null)
    .describe(
      "attributes of subscribers that become features, of those that were loaded; null: all, an empty list: none",
    ),
  custom: customOption
    .default({})
    .describe(
      "features of one's own, each an aggregate over the rows of a subscriber's days before the snapshot (measures by their names, day, age, active): weekend_share=sum(M) FILTER (WHERE dayofweek(day) IN (0, 6)) / sum(M)",
    ),
  plan_file: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe(
      "file of the feature plan, JSON: one that is there is used as it is, whatever set, windows, horizon, label and custom say; else it is written",
    ),
  reuse: z
    .boolean()
    .default(true)
    .describe(
      "keep snapshot days of the run before whose rows would be the same: plan, records before the end of the horizon, covered days, attributes and leavers are unchanged",
    ),
  data_dir: z.string().min(1).default("data").describe("folder of the Parquet file"),
});

/** What a caller may give to `buildFeatures`. */
export type FeatureOptions = InputOf<typeof featureOptions>;
/** The options of `buildFeatures` with every default filled in. */
export type FeatureSettings = SettingsOf<typeof featureOptions>;
