import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { messageOf } from "../core/fault.js";
import { download } from "../download/download.js";
import { plainBytes } from "../download/gunzipped.js";
import type { LoadResult } from "../load/ledger/load-result.js";
import { load } from "../load/load.js";
import type { LoadOptions } from "../load/options.js";
import { type SqlValue, text } from "../store/database.js";
import { parquetRows } from "../store/file-sql.js";
import { inMemory } from "../store/memory-database.js";
import { openStore } from "../store/open-store.js";
import type { Config } from "./compose-config.js";
import type { FileGroup, LogFile } from "./find-files.js";
import { spread } from "./spread.js";

/** What a load of the proposed config makes of the first rows. */
export interface Preview {
  /** The first rows as they are stored, by column. */
  rows: Record<string, SqlValue>[];
  /** Lines that were loaded, and of these such that were set aside. */
  lines: number;
  rejected: number;
  rejects: LoadResult["rejects"];
  /** Whether these are all of the log. */
  whole: boolean;
  /** Why nothing could be loaded; null where it could. */
  fault: string | null;
}

/** Bytes and files up to which a log is loaded whole. */
const WHOLE = 20_000_000;
const MANY = 40;
/** Files of which a beginning is loaded, and bytes of each. */
const FILES = 5;
const BYTES = 1_500_000;
/** Rows of the beginning of a Parquet file. */
const ROWS = 20_000;
const SHOWN = 6;

/** What `load` is told of the config, and nothing of where its data lie. */
const OWN = ["grain", "columns", "date_format", "time_zone", "time", "reader", "measures", "record_id", "empty_cells"];

/**
 * Loads a log, or the beginnings of some of its files, by the config into a store that is thrown away, so that what is shown is what a load
 * makes.
 */
export async function preview({ files, source }: FileGroup, config: Config): Promise<Preview> {
  const folder = await mkdtemp(join(tmpdir(), "churn-init-"));
  try {
    const whole = files.length <= MANY && files.reduce((sum, { bytes }) => sum + bytes, 0) <= WHOLE;
    const own = whole ? source : await beginnings(files, folder);
    const options = Object.fromEntries(OWN.flatMap((key) => (key in config ? [[key, config[key]]] : [])));
    const store = openStore({ path: join(folder, "store.duckdb") });
    const data_dir = join(folder, "data");
    await download({ source: own, data_dir, ...("reader" in options ? { reader: options.reader as object } : {}) });
    const loaded = await load(store, { ...(options as LoadOptions), source: own, data_dir, max_rejects: 1 });
    const found: Preview = {
      rows: [],
      lines: loaded.lines - loaded.blank,
      rejected: loaded.rejected,
      rejects: loaded.rejects,
      whole,
      fault: null,
    };
    found.rows = await store.lease(async (db) => {
      const columns = await db.rows<{ column_name: string }>("DESCRIBE DP_CDR_Data");
      const names = columns
        .map(({ column_name }) => column_name)
        .filter((name) => !/^(id|batch_id|row_id|source_row|streamed_at)$/.test(name));
      const list = names.map((name) => `"${name}"${name === "DP_DATE" ? "::VARCHAR AS DP_DATE" : ""}`).join(", ");
      return db.rows(`SELECT ${list} FROM DP_CDR_Data ORDER BY rowid LIMIT ${SHOWN}`);
    });
    return found;
  } catch (error) {
    const fault = messageOf(error).replaceAll(`${folder}/`, "");
    return { rows: [], lines: 0, rejected: 0, rejects: [], whole: false, fault };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Copies the beginnings of some files, whole lines, into folders of the same names. */
async function beginnings(files: readonly LogFile[], folder: string): Promise<string> {
  const log = join(folder, "log");
  for (const { path: file, name } of spread(files, FILES)) {
    const to = join(log, name).replace(/\.gz$/i, "");
    await mkdir(dirname(to), { recursive: true });
    if (/\.(parquet|pq)$/i.test(file)) {
      await inMemory((db) => db.run(`COPY (FROM ${parquetRows(file)} LIMIT ${ROWS}) TO ${text(to)} (FORMAT parquet)`));
    } else await pipeline(Readable.from(wholeLines(file)), createWriteStream(to));
  }
  return log;
}

/** The first bytes of a text up to the end of a line. */
async function* wholeLines(file: string): AsyncGenerator<Buffer> {
  let left = BYTES;
  for await (const block of plainBytes(file)) {
    if (block.length < left) {
      left -= block.length;
      yield block;
      continue;
    }
    const end = block.lastIndexOf(10, left);
    if (end >= 0) yield block.subarray(0, end + 1);
    return;
  }
}
