import { z } from "zod";
import { defineOptions } from "../core/define-options.js";
import type { InputOf, SettingsOf } from "../core/option-set.js";

export const storeOptions = defineOptions("store", {
  path: z.string().min(1).default("data/churn.duckdb").describe("the DuckDB file that holds the tables"),
  wait_seconds: z
    .number()
    .min(0)
    .default(60)
    .describe("how long to wait while another process works on the file, in seconds"),
});

export type StoreOptions = InputOf<typeof storeOptions>;
export type StoreSettings = SettingsOf<typeof storeOptions>;
