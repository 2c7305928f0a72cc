import { z } from "zod";
import { defineOptions } from "../core/define-options.js";
import type { InputOf, SettingsOf } from "../core/option-set.js";

export const downloadOptions = defineOptions("download", {
  source: z
    .string()
    .min(1)
    .default("sample:")
    .describe("sample: (made here, seeded), a path, or https://; .csv, .csv.gz or .parquet"),
  data_dir: z.string().min(1).default("data").describe("folder of the downloads and their manifests"),
  force: z
    .boolean()
    .default(false)
    .describe("look at the source again: make the sample anew, hash the file, ask the server"),
});

export type DownloadOptions = InputOf<typeof downloadOptions>;
export type DownloadSettings = SettingsOf<typeof downloadOptions>;
