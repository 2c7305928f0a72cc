import { z } from "zod";
import { defineOptions } from "../core/define-options.js";
import type { InputOf, SettingsOf } from "../core/option-set.js";
import { READER_HELP, readerOption } from "../download/reader-options.js";
import { sourceOption } from "../download/source-option.js";
import { measuresOption } from "./measures/measures-option.js";
import { attributesOption, churnedOption } from "./people/subscriber-file-options.js";

export const loadOptions = defineOptions("load", {
  source: sourceOption.describe(
    "the source that was downloaded; new files of a folder or pattern are found by load itself",
  ),
  data_dir: z.string().min(1).default("data").describe("folder of the downloads and their manifests"),
  columns: z
    .record(z.string(), z.string())
    .default({})
    .describe(
      "our column → column of the file, where the names differ: subscriber=customer,day=date,DP_MOC_COUNT=calls",
    ),
  measures: measuresOption
    .default({})
    .describe(
      'measure → SQL over the columns of the file, an aggregate for events: {"spend": {"sql": "sum(quantity * price)", "unit": "GBP"}, "visits": "count(*)"}',
    ),
  titles: z
    .record(z.string(), z.string().min(1).max(100))
    .default({})
    .describe(
      "what measures are called in this log, on every page; the unit of an amount in parentheses: DP_DATA_VOLUME=amount (US dollars)",
    ),
  grain: z
    .enum(["day", "event"])
    .default("day")
    .describe(
      "day: one row per subscriber and day, a second one is set aside; event: rows of one subscriber-day are summed",
    ),
  until: z.iso.date().nullable().default(null).describe("last day to load; later days are left for the stream"),
  empty_cells: z
    .enum(["reject", "zero", "missing"])
    .default("reject")
    .describe("what an empty cell of a measure means: a fault of the row, 0, or a value that is missing"),
  date_format: z
    .string()
    .nullable()
    .default(null)
    .describe(
      "format of the days where it is not YYYY-MM-DD: of strptime, as %d.%m.%Y, or epoch_s, epoch_ms, epoch_us, excel (day number)",
    ),
  time_zone: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe(
      "zone in which the day of an instant is determined (a text with an offset, an epoch, a Parquet timestamp with time zone): Europe/Berlin; null: the clock that wrote it, else UTC",
    ),
  time: z
    .strictObject({
      format: z.string().min(1).nullable().default(null),
      zone: z.string().min(1).nullable().default(null),
    })
    .prefault({})
    .describe(
      "how days or times are written: format (of strptime, or epoch_s, epoch_ms, epoch_us, excel) and zone (of instants: offsets, epochs); the same as date_format and time_zone",
    ),
  reader: readerOption.prefault({}).describe(READER_HELP),
  id_form: z
    .enum(["as_is", "digits"])
    .default("as_is")
    .describe("digits: telephone numbers as their digits, so that +49 170…, 0049170… and 49170… are one subscriber"),
  record_id: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe("column of the file that names a record: one that is sent twice, in one file or several, counts once"),
  max_rejects: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe("share of the rows that may be set aside; a file with more of them is refused, and nothing of it stored"),
  attributes: attributesOption,
  churned: churnedOption,
  replace_file: z
    .boolean()
    .default(false)
    .describe("a corrected file: put it in the place of what this source brought before; all else stays"),
  replace_days: z
    .string()
    .regex(/^\d{4}-\d\d-\d\d(\.\.\d{4}-\d\d-\d\d)?$/, "it is a day or a range of days, 2024-01-05..2024-01-07")
    .nullable()
    .default(null)
    .describe(
      "corrected days, A..B: put what the files have of them in the place of all rows of these days, whoever brought them; all else stays",
    ),
  replace: z.boolean().default(false).describe("empty all tables before loading, those of models and predictions too"),
});

/** What a caller may give to `load`. */
export type LoadOptions = InputOf<typeof loadOptions>;
/** The options of `load` with every default filled in. */
export type LoadSettings = SettingsOf<typeof loadOptions>;
