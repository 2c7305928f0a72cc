import { z } from "zod";
import { CDR_COLUMNS, type CdrColumn } from "../cdr/columns.js";
import { SCENARIOS } from "../cdr/sample/scenario.js";

/** What `POST /start_stream` takes; the first three are the legacy system's. */
export const startStreamBody = z.strictObject({
  batch_size: z.int().min(1).max(1_000_000).default(1000).describe("rows in a batch"),
  num_batches: z.int().min(1).max(10_000_000).default(10).describe("batches to stream"),
  interval: z.number().min(0).max(86_400).default(60).describe("seconds from the start of one batch to the next"),
  name: z.string().min(1).max(200).optional().describe("name of the stream; it resumes where it was"),
  speed: z.number().positive().optional().describe("seconds of the log in one second, instead of the interval"),
  origin: z.enum(["auto", "held-back", "sample", "resample"]).optional().describe("where the rows come from"),
  scenario: z.enum(SCENARIOS).optional().describe("what changes in the streamed days"),
  scenario_day: z.iso.date().optional().describe("first day that the scenario touches"),
  scenario_days: z.int().min(1).optional().describe("days after which the scenario is over"),
  label_delay: z.int().min(0).max(3650).optional().describe("days after which labels come in"),
  seed: z.int().optional().describe("seed of the variation"),
});

export const messageAnswer = z.object({ message: z.string() });

/** What every failure is answered with on the stream service. */
export const faultAnswer = z.object({
  message: z.string().describe("what is wrong"),
  code: z.string().describe("name of the fault"),
  hint: z.string().optional().describe("what to do"),
});

export const streamState = z.object({
  running: z.boolean(),
  elsewhere: z.string().nullable().describe("who streams into the store in another process"),
  name: z.string().nullable(),
  origin: z.string().nullable(),
  batches: z.int().describe("batches of this run"),
  num_batches: z.int().nullable().describe("batches that this run is to bring"),
  rows: z.int().describe("rows of this run"),
  last_day: z.string().nullable(),
  lag_seconds: z.number().describe("seconds that the last batch began later than it was due"),
  last_batch_seconds: z.number().nullable(),
  error: z.string().nullable().describe("why the last stream ended early"),
});

export type StreamState = z.infer<typeof streamState>;

const kinds: Record<CdrColumn["kind"], z.ZodType> = {
  day: z.string().describe("YYYY-MM-DD, or a timestamp"),
  id: z.union([z.string(), z.int()]),
  count: z.union([z.int().min(0), z.string(), z.null()]),
  amount: z.union([z.number().min(0), z.string(), z.null()]),
  label: z.union([z.literal(0), z.literal(1), z.boolean(), z.string(), z.null()]),
};

/** One record as the document shows it; each row is checked on its own, so that one bad row does not refuse the others. */
export const cdrRecord = z
  .object(
    Object.fromEntries(
      CDR_COLUMNS.map(({ name, kind, title, unit }) => {
        const type = kinds[kind].describe(unit ? `${title}, ${unit}` : title);
        return [name, kind === "day" || kind === "id" ? type : type.optional()];
      }),
    ),
  )
  .catchall(z.union([z.number(), z.string(), z.null()]).describe("a further measure of the store, by its name"));

export const ingestAnswer = z.object({
  batch_id: z.int(),
  written: z.boolean().describe("false: this key was answered before, and nothing was written now"),
  lines: z.int(),
  rows: z.int().describe("rows that were stored"),
  merged: z.int().describe("events that were added to a row of their subscriber and day"),
  stored_before: z.int().describe("rows that the store held already"),
  rejected: z.int(),
  rejects: z
    .array(z.object({ line: z.int(), column_name: z.string().nullable(), reason: z.string() }))
    .describe("the first 1000 of the rows that were set aside; line counts from 1"),
});

export const monitoringAnswer = z.union([
  z.object({ message: z.literal("Monitoring completed and saved.") }),
  z.object({ warning: z.string() }),
]);

export const monitoringFault = z.object({ error: z.string() });
