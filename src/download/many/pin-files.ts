import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { ChurnError } from "../../core/errors.js";
import { isInterrupted, throwIfInterrupted } from "../../core/interrupted.js";
import type { StageContext } from "../../core/progress.js";
import { bringFile } from "../bring-file.js";
import { FileWithoutRows } from "../file-without-rows.js";
import type { Manifest } from "../manifest.js";
import type { DownloadSettings } from "../options.js";
import { type FilesManifest, type ManifestFile, readFilesManifest, saveFilesManifest } from "./files-manifest.js";
import { type FoundLog, findLogs } from "./find-logs.js";
import { listNames } from "./left-out.js";

/** What became of each file of a source of many since the last look. */
export interface PinnedFiles extends FilesManifest {
  /** Names of the files whose bytes were not known. */
  fresh: string[];
  /** Names of the files that were there with other bytes. */
  changed: string[];
}

/** What a caller may say beside the settings, who looks again and again. */
export interface PinContext extends StageContext {
  /** Whether a file is written to its end; others wait, as they were before. */
  isComplete?: (log: FoundLog) => boolean;
  /** Told of each file that cannot be used; without it the first one ends the work. */
  onFault?: (name: string, error: ChurnError) => void;
}

/** Files that are read at a time: one waits for the disk while the other is unpacked. */
const AT_A_TIME = 4;
/** Milliseconds after which what was brought so far is written down. */
const SAVE_AFTER = 5000;

/**
 * Brings all files of a source of many to this machine, and pins them in one manifest; those that did not change are not read again.
 *
 * What has no rows, or is just being written, is left out and named. A file that cannot be read or is damaged is a fault: rows would
 * be missing.
 *
 * @throws ChurnError NOT_FOUND when there is none, BAD_INPUT naming the file that is damaged, as `download` does
 */
export async function pinFiles(
  texts: readonly string[],
  settings: DownloadSettings,
  context: PinContext,
): Promise<PinnedFiles> {
  const { data_dir } = settings;
  const found = await findLogs(texts, data_dir, settings, context);
  const before = await readFilesManifest(texts, data_dir);
  const known = new Map(before?.files.map((file) => [resolve(data_dir, file.file), file]));
  const work: PinWork = {
    texts,
    settings,
    known,
    done: new Map(),
    leftOut: [...found.leftOut],
    saved: performance.now(),
  };
  const left: FoundLog[] = [];
  for (const log of found.logs) {
    if (context.isComplete && !context.isComplete(log)) {
      const before = known.get(log.source.file);
      if (before) work.done.set(log, before);
      else work.leftOut.push({ name: log.name, why: "still being written" });
      continue;
    }
    const same = settings.force ? undefined : await whatIsKnown(log, known.get(log.source.file));
    if (same) work.done.set(log, same);
    else left.push(log);
  }
  try {
    await bringAll(left, work, context);
  } finally {
    // what was brought need not be brought again
    if (work.done.size < found.logs.length && left.some((log) => work.done.has(log))) await saveSoFar(work);
  }
  const files = found.logs.flatMap((log) => work.done.get(log) ?? []);
  if (files.length === 0) {
    throw new ChurnError("NOT_FOUND", `no log is in ${texts.join(", ")}: no file has rows`, {
      hint: `left out: ${listNames(work.leftOut.map(({ name, why }) => `${name} (${why})`))}`,
    });
  }
  return compare(texts, { files, leftOut: work.leftOut, before }, data_dir);
}

interface PinWork {
  texts: readonly string[];
  settings: DownloadSettings;
  known: ReadonlyMap<string, ManifestFile>;
  done: Map<FoundLog, ManifestFile>;
  leftOut: FilesManifest["leftOut"];
  saved: number;
}

/** What the manifest has of a file that shows no sign of a change. */
async function whatIsKnown(log: FoundLog, before: ManifestFile | undefined): Promise<ManifestFile | undefined> {
  if (!before || !log.sign) return undefined;
  const { name, partition, sign } = log;
  if ("generation" in sign) {
    if (sign.generation !== before.generation) return undefined;
    const there = await stat(log.source.file).catch(() => undefined);
    if (there?.size !== before.bytes || there.mtimeMs !== before.mtime_ms) return undefined;
  } else if (sign.bytes !== before.bytes || sign.mtimeMs !== before.mtime_ms) return undefined;
  const isSame = before.name === name && JSON.stringify(before.partition) === JSON.stringify(partition);
  return isSame ? before : { ...before, name, ...(partition ? { partition } : {}) };
}

async function bringAll(left: readonly FoundLog[], work: PinWork, context: PinContext): Promise<void> {
  const { settings, known } = work;
  const report = sumOfProgress(left, context);
  const waiting = left.entries();
  const stop = new AbortController();
  const signal = context.signal ? AbortSignal.any([context.signal, stop.signal]) : stop.signal;
  const take = async () => {
    for (const [index, log] of waiting) {
      throwIfInterrupted(signal, log.source.shown);
      const onProgress = report(index);
      const place = { read: async () => known.get(log.source.file), save: async () => {} };
      try {
        // another generation is there: the server has to be asked for it
        const force = settings.force || (log.sign !== undefined && "generation" in log.sign);
        const own = { ...settings, force };
        const { up_to_date: _, ...manifest } = await bringFile(log.source, place, own, { signal, onProgress });
        const { name, partition } = log;
        work.done.set(log, { ...manifest, name, ...(partition ? { partition } : {}) });
      } catch (error) {
        if (error instanceof FileWithoutRows) work.leftOut.push({ name: log.name, why: error.why });
        else if (context.onFault && error instanceof ChurnError && !isInterrupted(error)) {
          work.leftOut.push({ name: log.name, why: "it cannot be used" });
          context.onFault(log.name, error);
        } else throw error;
      }
      if (performance.now() - work.saved > SAVE_AFTER) await saveSoFar(work);
    }
  };
  const workers = Array.from({ length: AT_A_TIME }, () =>
    take().catch((error: unknown) => {
      stop.abort();
      throw error;
    }),
  );
  const ended = await Promise.allSettled(workers);
  const faults = ended.flatMap((end) => (end.status === "rejected" ? [end.reason] : []));
  // the others were only stopped by the first
  if (faults.length) throw faults.find((fault) => !isInterrupted(fault)) ?? faults[0];
}

async function saveSoFar(work: PinWork): Promise<void> {
  work.saved = performance.now();
  const files = new Map(work.known);
  for (const [log, file] of work.done) files.set(log.source.file, file);
  const before = await readFilesManifest(work.texts, work.settings.data_dir);
  const manifest = { files: [...files.values()], gone: before?.gone ?? [], leftOut: work.leftOut };
  await saveFilesManifest(work.texts, manifest, work.settings.data_dir);
}

/** Says how far all files are, from what each of them says. */
function sumOfProgress(left: readonly FoundLog[], { onProgress }: StageContext) {
  const bytes = left.map(({ sign }) => (sign && "bytes" in sign ? sign.bytes : 0));
  const total = bytes.reduce((sum, each) => sum + each, 0);
  const done = new Array<number>(left.length).fill(0);
  let told = 0;
  return (index: number): StageContext["onProgress"] =>
    (progress) => {
      if (progress.unit !== "bytes") return;
      done[index] = progress.done;
      const now = performance.now();
      if (now - told < 50) return;
      told = now;
      const sum = done.reduce((all, each) => all + each, 0);
      const task = `${progress.task} ${left.length} ${left.length === 1 ? "file" : "files"}`;
      onProgress?.({ task, done: sum, unit: "bytes", ...(total > 0 ? { total } : {}) });
    };
}

/** Writes down what is there now, and says what is new in it. */
async function compare(
  texts: readonly string[],
  { files, leftOut, before }: Pick<FilesManifest, "files" | "leftOut"> & { before: FilesManifest | undefined },
  dataDir: string,
): Promise<PinnedFiles> {
  const isOf = (list: readonly Manifest[]) => new Set(list.map(({ sha256 }) => sha256));
  const places = new Map(before?.files.map((file) => [file.file, file]));
  const knownBytes = isOf(before?.files ?? []);
  const fresh: string[] = [];
  const changed: string[] = [];
  for (const { name, file, sha256 } of files) {
    if (knownBytes.has(sha256)) continue;
    (places.has(file) ? changed : fresh).push(name);
  }
  const bytes = isOf(files);
  const there = new Set(files.map(({ file }) => file));
  const gone = [...(before?.gone ?? []), ...(before?.files ?? [])].filter(
    ({ file, sha256 }) => !there.has(file) && !bytes.has(sha256),
  );
  const sorted = leftOut.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const manifest = { files, gone, leftOut: sorted };
  const isSame =
    before?.files.length === files.length &&
    files.every((file, index) => file === before.files[index]) &&
    before.gone.length === gone.length &&
    JSON.stringify(before.leftOut) === JSON.stringify(sorted);
  if (!isSame) await saveFilesManifest(texts, manifest, dataDir);
  return { ...manifest, fresh, changed };
}
