import { dateOf, dayOf } from "../core/days.js";
import { ChurnError } from "../core/errors.js";
import type { StageContext } from "../core/progress.js";
import { columnAs } from "../store/columns-as.js";
import { inMemory } from "../store/memory-database.js";
import type { NewBatch } from "../store/new-batch.js";
import type { Store } from "../store/open-store.js";
import type { Columns } from "../store/read-columns.js";
import { removeResampledRows } from "../store/resampled-rows.js";
import { bufferDays, type StagedDays } from "./buffer-days.js";
import { removeForgotten, whileUsed } from "./buffered-files.js";
import { BufferedRows } from "./buffered-rows.js";
import { loadedLogs } from "./loaded-logs.js";
import { type StreamOptions, type StreamSettings, streamOptions } from "./options.js";
import { Pace } from "./pace.js";
import {
  checkSameRows,
  LISTED,
  readSoFar,
  type StreamBatch,
  type StreamHistory,
  type StreamSoFar,
  streamedKeys,
} from "./stream-ledger.js";

/** What a stream has brought, earlier runs included. */
export interface StreamResult {
  name: string;
  /** Where its rows come from; null where there was nothing to stream. */
  origin: StagedDays["origin"] | null;
  /** Batches in the ledger, those of earlier runs included. */
  batchCount: number;
  /** The last 10,000 of them. */
  batches: StreamBatch[];
  rows: number;
  /** Batches that earlier runs had brought already. */
  resumedAt: number;
  /** True when the log had no more rows before all batches were full. */
  exhausted: boolean;
  /** What there is to know of the rows, beyond their number: why there are none, that they were made up, that others wait. */
  note: string | null;
}

/** What a stream takes beside its options. */
export interface StreamContext extends StageContext {
  /** Told after every batch. */
  onBatch?: (batch: StreamBatch) => void;
}

/**
 * Streams the days after the loaded range into `DP_CDR_Data`, batch by batch: the rows that loads held back, or what is asked for.
 *
 * Each batch is one transaction with its row in the ledger `batches`, so a killed stream continues at the next batch, with
 * nothing lost and nothing doubled. One stream at a time runs in a store. A store that is slow makes the stream late, and
 * does not make it grow.
 *
 * @param store the store of the job; it is leased for the time of the work
 * @param options what the config file names too; `docs/options.md` lists them
 * @param context `onBatch` and `onProgress` hear of each batch, `signal` stops the stream after the batch that runs
 * @returns how many rows and batches came, and where the stream began
 * @throws ChurnError NO_DATA when nothing is loaded; BAD_OPTION when the stream of this name brings other rows;
 *   ALREADY_RUNNING when a stream runs, in whichever process
 * @example
 * await stream(store, { batch_size: 10_000, num_batches: 18, interval: 0 });
 */
export async function stream(
  store: Store,
  options: StreamOptions = {},
  context: StreamContext = {},
): Promise<StreamResult> {
  const settings = streamOptions.parse(options);
  const { signal } = context;
  const claim = await store.claimStream(`stream "${settings.name}"`, { signal });
  try {
    const { keys, ...state } = await store.lease(
      async (db) => {
        // rows that a log has are to come in the place of those that were made up
        if (settings.origin !== "resample" && (await loadedLogs(db)).held.length) await removeResampledRows(db);
        return { keys: await streamedKeys(db), ...(await readSoFar(db, settings)) };
      },
      { signal },
    );
    const { logs, origin, soFar, batches } = state;
    if (!origin) return nothingToStream(state, settings.name);
    const { after, earlier } = soFar;
    const resumedAt = soFar.batches;
    const last = soFar.taken + Math.max(0, settings.num_batches - soFar.batches) * settings.batch_size;
    let pace: Pace | undefined;
    for (;;) {
      // a million batches are how one says "until I stop it": no more is made ready than is soon used
      const rows = Math.min(last, Math.max(soFar.taken + Math.max(AHEAD, 2 * settings.batch_size), 2 * soFar.taken));
      const staged = await bufferDays(store, logs, settings, origin, { after, earlier, rows }, signal);
      checkSameRows(soFar, staged, settings.name);
      removeForgotten(settings.data_dir, [...keys, staged.key]);
      const isLast = rows === last || staged.rows < rows || origin === "held-back";
      pace = await inMemory((files) => {
        const buffered = new BufferedRows(files, staged.path, staged.rows, settings.batch_size);
        const source = { settings, staged, rows: buffered, soFar, batches, last, isLast, isLost: () => claim.lost };
        return whileUsed(staged.path, () => run(store, source, pace, context));
      });
      if (isLast)
        return { ...resultOf(settings, origin, soFar, batches), resumedAt, note: noteOf(origin, logs.heldLater) };
    }
  } finally {
    claim.release();
  }
}

/** Rows that are made ready at first; later ones as many as have been used. */
const AHEAD = 50_000;

function resultOf(
  { name, num_batches }: StreamSettings,
  origin: StagedDays["origin"],
  { batches: batchCount, rows }: StreamSoFar,
  batches: StreamBatch[],
): Omit<StreamResult, "note" | "resumedAt"> {
  return { name, origin, batchCount, batches: batches.slice(-LISTED), rows, exhausted: batchCount < num_batches };
}

/**
 * Says in a sentence what a stream would bring, before it is started.
 *
 * @throws ChurnError NO_DATA when nothing is loaded
 */
export async function describeStream(store: Store, options: StreamOptions = {}): Promise<string> {
  const settings = streamOptions.parse(options);
  const state = await store.lease((db) => readSoFar(db, settings));
  if (!state.origin) return nothingToStream(state, settings.name).note ?? "";
  const { held, furthest } = state.logs;
  if (state.origin === "sample") return `to stream: the days of ${furthest.source} after ${state.soFar.after}`;
  if (state.origin === "resample") return `to stream: rows that are in no log, made from its last week`;
  const rows = held.reduce((sum, log) => sum + log.held_back, 0);
  return `to stream: ${rows.toLocaleString("en-US")} rows that were held back, ${state.soFar.rows.toLocaleString("en-US")} of them are in`;
}

/** The result where the log is loaded to its end. A stream that made rows up before continues only when it is asked to. */
function nothingToStream({ logs, soFar, batches }: StreamHistory, name: string): StreamResult {
  const { file, last_day } = logs.furthest;
  const note =
    noteOf(undefined, logs.heldLater) ??
    `nothing to stream: ${file} is loaded to its last day, ${last_day}, and nothing was held back. To see a stream, load a part of a log with --until; --origin resample makes rows up from the last week`;
  const { batches: batchCount, rows } = soFar;
  return { name, origin: null, batchCount, batches, rows, resumedAt: batchCount, exhausted: true, note };
}

function noteOf(origin: StagedDays["origin"] | undefined, heldLater: number): string | null {
  if (origin === "resample")
    return 'these rows are in no log: they were made from its last week; "churn store remove-resampled" takes them out';
  if (heldLater === 0) return null;
  return `${heldLater.toLocaleString("en-US")} rows were held back by loads that came after this stream had begun: stream them under another --name`;
}

interface Source {
  settings: StreamSettings;
  staged: StagedDays;
  rows: BufferedRows;
  soFar: StreamSoFar;
  batches: StreamBatch[];
  /** Rows of the log that are taken when all batches are full. */
  last: number;
  /** Whether the rows that are ready are all that there will be. */
  isLast: boolean;
  /** Whether another process streams now. */
  isLost: () => boolean;
}

/** Brings the rows that are ready, batch by batch; gives the pace, which goes on with the rows that come to be ready next. */
async function run(store: Store, source: Source, paced: Pace | undefined, context: StreamContext): Promise<Pace> {
  const { settings, staged, rows: file, soFar, batches, last, isLast, isLost } = source;
  const { signal } = context;
  const total = isLast ? Math.min(soFar.rows + last - soFar.taken, staged.rows) : soFar.rows + last - soFar.taken;
  const report = (late: number) => {
    const task = `stream ${settings.name}${late >= 1 ? `, ${late.toFixed(0)} s late` : ""}`;
    context.onProgress?.({ task, done: soFar.rows, total, unit: "rows" });
  };
  const moment = settings.speed === null ? () => 0 : await file.moments();
  const pace = paced ?? new Pace(settings, moment(soFar.taken));
  let told = 0;
  report(0);
  // the last batch of what is ready so far would not be whole
  const least = isLast ? 1 : settings.batch_size;
  while (soFar.batches < settings.num_batches && soFar.taken + least <= staged.rows) {
    const columns = await file.take(soFar.taken, settings.batch_size);
    const lag = await pace.wait(moment(soFar.taken + (columns.DP_DATE?.length ?? 0)), signal);
    if (isLost()) throw elsewhere(settings.name);
    const begun = performance.now();
    const batch = await nextBatch(source, columns);
    const done = await store.commitBatch(batch, { signal });
    if (!done.written) throw elsewhere(settings.name);
    const seconds = (performance.now() - begun) / 1000;
    const { rows, firstDay, lastDay } = done;
    const number = soFar.batches;
    soFar.batches++;
    soFar.rows += rows;
    soFar.taken += done.lines;
    if (lastDay && (soFar.lastDay === null || lastDay > soFar.lastDay)) soFar.lastDay = lastDay;
    batches.push({ number, rows, rowsInAll: soFar.rows, firstDay, lastDay, seconds, lag });
    if (batches.length > 2 * LISTED) batches.splice(0, LISTED);
    context.onBatch?.(batches.at(-1) as StreamBatch);
    if (performance.now() - told > 40) {
      told = performance.now();
      report(lag);
    }
  }
  report(0);
  return pace;
}

/** The batch that comes next: its rows, and the labels that have become known by its last day. */
async function nextBatch({ settings, staged, rows, soFar }: Source, columns: Columns): Promise<NewBatch> {
  const batch: NewBatch = {
    kind: "stream",
    name: settings.name,
    number: soFar.batches,
    source: staged.origin,
    content: staged.key,
    rows: { columns },
    notes: { after: soFar.after },
  };
  const { label_delay } = settings;
  if (label_delay === 0) return batch;
  const { PSEUDO_CHURNED: _later, ...unlabelled } = columns;
  batch.rows = { columns: unlabelled };
  const days = columnAs(columns, "DP_DATE", Int32Array);
  const last = days[days.length - 1];
  if (soFar.lastDay !== null && dayOf(soFar.lastDay) >= last) return batch;
  const before = soFar.lastDay === null ? null : dateOf(dayOf(soFar.lastDay) - label_delay);
  const known = await rows.labels(before, dateOf(last - label_delay), soFar.taken);
  return known ? { ...batch, labels: known } : batch;
}

function elsewhere(name: string): ChurnError {
  return new ChurnError("STORE_BUSY", `another process streams "${name}" too`, {
    hint: "stop one of them, or give one another --name",
  });
}
