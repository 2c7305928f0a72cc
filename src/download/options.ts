import { z } from "zod";
import { defineOptions } from "../core/define-options.js";
import type { InputOf, SettingsOf } from "../core/option-set.js";
import { READER_HELP, readerOption } from "./reader-options.js";
import { sourceOption } from "./source-option.js";

export const downloadOptions = defineOptions("download", {
  source: sourceOption.describe(
    'sample: (made here, seeded), a path, https:// or gs://bucket/object; .csv, .tsv, .txt, .dat (or these with .gz) or .parquet; mysql://user@host/database?table=calls. Many files: a folder, a pattern (*, ?, **, [a-z]), gs://bucket/folder/, or a list, on the command line as \'["a.csv","b.csv"]\'',
  ),
  data_dir: z.string().min(1).default("data").describe("folder of the downloads and their manifests"),
  reader: readerOption.prefault({}).describe(READER_HELP),
  force: z
    .boolean()
    .default(false)
    .describe("check the source again: regenerate the sample, hash the file, ask the server, read the table whole"),
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, "it has 64 hexadecimal digits")
    .nullable()
    .default(null)
    .describe("SHA-256 that the file must have, 64 hexadecimal digits; null: any"),
  size_limit: z
    .number()
    .positive()
    .nullable()
    .default(100)
    .describe("most gigabytes of a log, packed or unpacked; a larger one is refused; null: no limit"),
  retries: z
    .int()
    .min(0)
    .max(20)
    .default(4)
    .describe("how often in a row a server that is busy or breaks off is tried again, with growing waits"),
  timeout: z
    .number()
    .positive()
    .max(3600)
    .default(60)
    .describe("seconds without a byte after which a connection counts as broken"),
  credentials: z
    .enum(["auto", "key", "ambient", "anonymous"])
    .default("auto")
    .describe(
      "login for gs://: key (a key file), ambient (gcloud's default login or the metadata server), anonymous; auto: key where a key file is named, else anonymous",
    ),
  key_file: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe("key file of a service account for gs://; null: the one that GOOGLE_APPLICATION_CREDENTIALS names"),
  endpoint: z
    .string()
    .min(1)
    .default("https://storage.googleapis.com")
    .describe("address of Cloud Storage for gs://: another one for a private endpoint or an emulator"),
});

/** What a caller may give to `download`. */
export type DownloadOptions = InputOf<typeof downloadOptions>;
/** The options of `download` with every default filled in. */
export type DownloadSettings = SettingsOf<typeof downloadOptions>;
