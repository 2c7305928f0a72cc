import { z } from "zod";
import { defineOptions } from "../core/define-options.js";
import type { InputOf, SettingsOf } from "../core/option-set.js";
import { DEFAULT_SEED } from "../forest/trees/tree-options.js";

const money = (help: string) =>
  z.number().min(0).nullable().default(null).describe(`${help}; null: as the model was trained with`);

/** Options of the list of whom to call. */
export const callListOptions = defineOptions("call_list", {
  output: z
    .string()
    .min(1)
    .default("output/call_list.csv")
    .describe("file of the people to call, .csv, .xlsx or .parquet; readable by its owner alone"),
  control_output: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe("file of the control group as well, who are not to be called; the store knows them in any case"),
  model: z.string().nullable().default(null).describe("version of the model that chooses; null: the one in service"),
  day: z.iso.date().nullable().default(null).describe("snapshot day by which people are chosen; null: the last one"),
  budget: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe("what all contacts may cost; null: whoever is expected to bring more than a contact costs is called"),
  max_contacts: z.int().min(1).nullable().default(null).describe("people called at most; null: as many as pay"),
  customer_value: money("value of a saved subscriber"),
  value_attribute: z
    .string()
    .nullable()
    .default(null)
    .describe("attribute of subscribers that holds what each is worth; null: customer_value for all"),
  contact_cost: money("cost of contacting a subscriber"),
  success_rate: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .default(null)
    .describe("share of contacted churners who stay; null: as the model was trained with"),
  cooling_off: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe("days after a contact in which a subscriber is not contacted again; null: as the model was trained with"),
  control_share: z
    .number()
    .min(0)
    .max(0.9)
    .default(0.1)
    .describe(
      "share of the list that chance keeps from being called, at every height of risk: what results are compared with",
    ),
  segments: z
    .array(z.string())
    .nullable()
    .default(null)
    .describe("attributes that make the segment of a person; null: the first three that are texts"),
  reasons: z.int().min(0).max(20).default(3).describe("reasons given with each person"),
  draft: z.boolean().default(false).describe("only show the list: no file is written, and the store keeps nothing"),
  replace: z.boolean().default(false).describe("plan the last campaign anew: its list is forgotten first"),
  seed: z
    .int()
    .min(0)
    .default(DEFAULT_SEED)
    .describe("the same seed and day put the same people into the control group"),
});

/** What a caller may give to `callList`. */
export type CallListOptions = InputOf<typeof callListOptions>;
export type CallListSettings = SettingsOf<typeof callListOptions>;

/** Options of what became of a campaign. */
export const campaignOptions = defineOptions("campaign", {
  campaign: z.int().min(1).nullable().default(null).describe("number of the campaign; null: the last one"),
  subscriber_column: z
    .string()
    .nullable()
    .default(null)
    .describe("column of the file that holds subscribers; null: the one that holds most people of the list"),
  called_column: z
    .string()
    .nullable()
    .default(null)
    .describe(
      "column that says who was called; null: one of a plain name (called, contacted, reached), else all in the file who were to be called were",
    ),
  left_column: z
    .string()
    .nullable()
    .default(null)
    .describe(
      "column that says who left, yes or no or the day; null: one of a plain name (left, churned, left_on), else the labels of the store",
    ),
});

/** What a caller may give to `campaignResults`. */
export type CampaignOptions = InputOf<typeof campaignOptions>;
export type CampaignSettings = SettingsOf<typeof campaignOptions>;
