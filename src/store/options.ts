import { z } from "zod";
import { defineOptions } from "../core/define-options.js";
import type { InputOf, SettingsOf } from "../core/option-set.js";

export const storeOptions = defineOptions("store", {
  path: z.string().min(1).default("data/churn.duckdb").describe("the DuckDB file that holds the tables"),
  url: z
    .string()
    .nullable()
    .default(null)
    .describe("a MySQL or MariaDB database to keep the tables in instead: mysql://user@host:3306/RawData"),
  wait_seconds: z
    .number()
    .min(0)
    .default(60)
    .describe("how long to wait while another process works on the file, or while the server is away, in seconds"),
  statement_seconds: z
    .number()
    .positive()
    .default(300)
    .describe("how long a statement may take on a MySQL server before it is given up and done again, in seconds"),
});

/** Where a store is: what a caller may give to `openStore`. */
export type StoreOptions = InputOf<typeof storeOptions>;
export type StoreSettings = SettingsOf<typeof storeOptions>;
