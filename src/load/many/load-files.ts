import { ChurnError } from "../../core/errors.js";
import { interrupted, isInterrupted } from "../../core/interrupted.js";
import type { StageContext } from "../../core/progress.js";
import { listNames } from "../../download/many/left-out.js";
import type { Database } from "../../store/database.js";
import type { Store } from "../../store/open-store.js";
import { describeLoad } from "../ledger/describe-load.js";
import { findEarlierState } from "../ledger/find-earlier-state.js";
import type { FilesOfLoad, LoadResult, Piece } from "../ledger/load-result.js";
import { optionsHash } from "../ledger/options-hash.js";
import { measuresOfLoad } from "../measures/record-of-load.js";
import type { LoadSettings } from "../options.js";
import type { FileOfMany } from "../reading/file-of-many.js";
import { groupFiles } from "../reading/group-source.js";
import { type LoadedFile, loadInto } from "../writing/load-into.js";
import { checkHeaders } from "./check-headers.js";
import { loadGroup } from "./load-group.js";

/** What a caller may say beside the options, who loads again and again. */
export interface FilesContext extends StageContext {
  /** Told of each file that is refused; the others are loaded all the same. Without it the first one ends the load. */
  onFault?: (name: string, error: ChurnError) => void;
}

/**
 * Loads the files of a source of many that are new, in their order: those of one form together, the others one after another, each in
 * transactions of its own. So a load that is killed leaves whole files, and the same command goes on with the next ones.
 *
 * A file is known by its bytes, under whichever name or path.
 *
 * @param gone files that were there once; their rows stay
 * @throws ChurnError BAD_INPUT naming a file that lacks the mapped columns, CONFLICT naming files that were corrected; in both cases
 *   before anything is loaded
 */
export async function loadFiles(
  store: Store,
  { files, gone }: FilesToLoad,
  settings: LoadSettings,
  context: FilesContext = {},
): Promise<LoadResult> {
  return store.lease(
    async (db) => {
      const { batches, known, resampledRemoved, told } = await takeFiles(db, { files, gone }, settings, {
        inPieces: store.commitsInPieces,
        context,
      });
      // of a log that grows by a file a day, the day counts
      const result = await describeLoad(db, batches.length ? batches : known, {
        upToDate: batches.length === 0,
        resampledRemoved,
      });
      return { ...result, file: [settings.source].flat().join(", "), files: told };
    },
    { signal: context.signal, create: true },
  );
}

/** The files of a source of many: those that are there, and those that were. */
export interface FilesToLoad {
  files: readonly FileOfMany[];
  gone: readonly { name: string; sha256: string }[];
}

/** Loads what is new of the files of a source, and says what became of each. */
export async function takeFiles(
  db: Database,
  { files, gone }: FilesToLoad,
  settings: LoadSettings,
  { inPieces, context }: { inPieces: boolean; context: FilesContext },
): Promise<{ batches: number[]; known: number[]; resampledRemoved: number; told: FilesOfLoad }> {
  const { ledger, sources } = await readLedger(db);
  const sorted = sortOut(files, ledger, settings);
  // where a fault is told file by file, each file tells its own
  if (!context.onFault) {
    const record = { grain: settings.grain, ...(await measuresOfLoad(db, settings)) };
    checkHeaders(sorted.left, settings.columns, record, files.length);
    // only what the ledger has under this name can have been corrected
    const before = sorted.left.filter(({ source }) => sources.has(source));
    if (!settings.replace) await checkCorrected(db, before, settings);
  }
  const { batches, resampledRemoved, refused } = await loadEach(db, sorted.left, settings, {
    inPieces,
    sources: new Set([...sources, ...ledger.keys()]),
    context,
  });
  const came = sorted.left.filter(({ name }) => !refused.has(name));
  const told: FilesOfLoad = {
    count: files.length,
    known: sorted.known,
    new: came.filter(({ source }) => !sources.has(source)).map(({ name }) => name),
    changed: came.filter(({ source }) => sources.has(source)).map(({ name }) => name),
    same: sorted.same,
    gone: gone.filter(({ sha256 }) => ledger.has(sha256)).map(({ name }) => name),
    ...(await broughtBy(db, batches, settings.replace ? [] : sorted.batches)),
  };
  return { batches, known: sorted.batches, resampledRemoved, told };
}

/** Batches of the loads of each hash, by the hash of the options; those of a file that is not loaded to its end are not there. */
type Ledger = ReadonlyMap<string, ReadonlyMap<string, number[]>>;

/** Reads what was loaded, and under which names. */
async function readLedger(db: Database): Promise<{ ledger: Ledger; sources: Set<string> }> {
  const rows = await db.rows<{ batch_id: number; source: string; sha256: string; hash: string; piece: string | null }>(
    `SELECT batch_id, source, sha256, options_hash AS hash, CAST(json_extract(notes, '$.piece') AS VARCHAR) AS piece
     FROM batches WHERE kind = 'load' ORDER BY batch_id`,
  );
  const ledger = new Map<string, Map<string, number[]>>();
  for (const { batch_id, sha256, hash, piece } of rows) {
    const known = ledger.get(sha256) ?? new Map<string, number[]>();
    ledger.set(sha256, known);
    const { to, of } = piece ? (JSON.parse(piece) as Piece) : { to: 0, of: 0 };
    known.set(hash, [...(known.get(hash) ?? []), batch_id]);
    // pieces follow each other, so the last one decides
    if (to < of) known.delete(hash);
  }
  return { ledger, sources: new Set(rows.map(({ source }) => source)) };
}

/** The files that are known, and those that are left to load. */
function sortOut(files: readonly FileOfMany[], ledger: Ledger, settings: LoadSettings) {
  const batches: number[] = [];
  const left: FileOfMany[] = [];
  const same: string[] = [];
  const seen = new Set<string>();
  const hashes = new Map<string, string>();
  let known = 0;
  for (const file of files) {
    const place = JSON.stringify(file.partition ?? null);
    const hash = hashes.get(place) ?? optionsHash(settings, file.partition);
    hashes.set(place, hash);
    const key = `${file.sha256} ${hash}`;
    const before = settings.replace ? undefined : ledger.get(file.sha256)?.get(hash);
    if (seen.has(key)) same.push(file.name);
    else if (before) {
      known++;
      batches.push(...before);
    } else left.push(file);
    seen.add(key);
  }
  return { batches, left, same, known };
}

/** Refuses files that came with other bytes and have not only grown, all of them at once. */
async function checkCorrected(db: Database, files: readonly FileOfMany[], settings: LoadSettings): Promise<void> {
  const corrected: string[] = [];
  for (const file of files) {
    await findEarlierState(db, file, settings).catch((error: unknown) => {
      if (!(error instanceof ChurnError) || error.code !== "CONFLICT") throw error;
      corrected.push(file.name);
    });
  }
  if (corrected.length === 0) return;
  const what = corrected.length === 1 ? "this file was" : "these files were";
  throw new ChurnError(
    "CONFLICT",
    `${listNames(corrected)}: ${what} loaded before with other content, and events would count twice`,
    {
      hint: "if they were corrected, --load.replace-file puts them in the place of those before; if these are other events, give the files names of their own",
    },
  );
}

async function loadEach(
  db: Database,
  files: readonly FileOfMany[],
  settings: LoadSettings,
  { inPieces, sources, context }: { inPieces: boolean; sources: ReadonlySet<string>; context: FilesContext },
): Promise<{ batches: number[]; resampledRemoved: number; refused: ReadonlySet<string> }> {
  const total = files.reduce((sum, { rows }) => sum + rows, 0);
  const task = `load ${files.length.toLocaleString("en-US")} ${files.length === 1 ? "file" : "files"}`;
  const batches: number[] = [];
  const refused = new Set<string>();
  let resampledRemoved = 0;
  let before = 0;
  let index = 0;
  const report = (done: number) => context.onProgress?.({ task, done: before + done, total, unit: "rows" });
  const take = ({ batches: own, resampledRemoved: removed }: Omit<LoadedFile, "upToDate">) => {
    batches.push(...own);
    resampledRemoved += removed;
  };
  // an earlier state, or other rows to empty first, are the matter of one file
  const alone = inPieces || settings.replace || settings.replace_file || settings.record_id !== null;
  const isAlone = ({ source, sha256 }: FileOfMany) => alone || sources.has(source) || sources.has(sha256);
  const groups = groupFiles(files, isAlone, settings.grain === "day");
  for (const group of groups) {
    report(0);
    const together = group.length > 1 ? loadGroup(db, group, settings) : undefined;
    const loaded = await together?.catch((error: unknown) => {
      if (!context.onFault || !isFaultOfFile(error)) throw error;
      return undefined;
    });
    if (loaded) {
      take(loaded);
      before += group.reduce((sum, { rows }) => sum + rows, 0);
      index += group.length;
      continue;
    }
    for (const file of group) {
      try {
        // the tables are emptied for the first one
        const replace = settings.replace && index === 0;
        take(await loadInto(db, file, { ...settings, replace }, { inPieces, onRows: report }));
      } catch (error) {
        if (context.onFault && isFaultOfFile(error)) {
          refused.add(file.name);
          context.onFault(file.name, error);
        } else throw index === 0 ? error : afterSome(error, { index, of: files.length, name: file.name });
      }
      before += file.rows;
      index++;
    }
  }
  report(0);
  return { batches, resampledRemoved, refused };
}

/** True for what is wrong with a file, and not with the store or the work. */
function isFaultOfFile(error: unknown): error is ChurnError {
  return error instanceof ChurnError && ["BAD_INPUT", "BAD_OPTION", "CONFLICT", "NOT_FOUND"].includes(error.code);
}

/** The fault of a file, and what became of those before it. */
function afterSome(error: unknown, { index, of, name }: { index: number; of: number; name: string }): unknown {
  if (!(error instanceof ChurnError)) return error;
  const kept = `${index} of ${of} files are loaded: the same command goes on with ${name}`;
  if (isInterrupted(error)) return interrupted(name, error, kept);
  const [fault] = error.message.split("\n  → ", 1);
  return new ChurnError(error.code, fault, { cause: error, hint: `${error.hint ? `${error.hint}; ` : ""}${kept}` });
}

/** Rows of the batches that came, and of those that were known. */
async function broughtBy(
  db: Database,
  batches: readonly number[],
  known: readonly number[],
): Promise<Pick<FilesOfLoad, "rows" | "rejected" | "allRows">> {
  const came = batches.length ? `batch_id IN (${batches.join(", ")})` : "false";
  const all = [...batches, ...known];
  if (all.length === 0) return { rows: 0, rejected: 0, allRows: 0 };
  const sum = (of: string, filter = "") => `CAST(coalesce(sum(${of})${filter}, 0) AS BIGINT)`;
  return db.oneRow(
    `SELECT ${sum("rows", ` FILTER (${came})`)} AS rows, ${sum("rejected", ` FILTER (${came})`)} AS rejected, ${sum("rows")} AS allRows
     FROM batches WHERE batch_id IN (${all.join(", ")})`,
  );
}
