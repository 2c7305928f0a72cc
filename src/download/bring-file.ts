import type { Stats } from "node:fs";
import { rename, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { ChurnError } from "../core/errors.js";
import { isInterrupted, throwIfInterrupted } from "../core/interrupted.js";
import { makeFolder } from "../core/make-folder.js";
import { withLock } from "../core/process-lock.js";
import type { StageContext } from "../core/progress.js";
import { runExclusive } from "../core/run-exclusive.js";
import { fileFault } from "./file-fault.js";
import { FileWithoutRows } from "./file-without-rows.js";
import { inspectFile } from "./inspect-file.js";
import { findFileState, isReadAs, type Manifest, manifestFile } from "./manifest.js";
import { noFile, noSuchFile } from "./no-such-file.js";
import type { DownloadSettings } from "./options.js";
import { keepPartial, newPartial, readNote, removeNote, removePartial } from "./partial-file.js";
import { NO_VALIDATORS, type Source } from "./source.js";
import { unpackFile } from "./unpack-file.js";

/** Where the manifest of a file is kept: in a file of its own, or with those of the other files of a source. */
export interface ManifestPlace {
  read(): Promise<Manifest | undefined>;
  save(manifest: Manifest): Promise<void>;
}

/** A file that was brought, or was there. */
export interface BroughtFile extends Manifest {
  up_to_date: boolean;
}

/**
 * Brings the file of one source to this machine, and pins it.
 *
 * @throws ChurnError as `download` does
 */
export async function bringFile(
  source: Source,
  place: ManifestPlace,
  settings: DownloadSettings,
  context: StageContext,
): Promise<BroughtFile> {
  return runExclusive(`download ${source.file}`, async () => {
    throwIfInterrupted(context.signal, source.shown);
    try {
      return await bring(source, place, settings, context);
    } catch (error) {
      throw fileFault(error) ?? error;
    }
  });
}

async function bring(
  source: Source,
  place: ManifestPlace,
  settings: DownloadSettings,
  context: StageContext,
): Promise<BroughtFile> {
  const { data_dir, force } = settings;
  const server = source.server?.(settings) ?? null;
  const whatIsThere = async (): Promise<Manifest | undefined> => {
    const before = await place.read();
    const state = before ? await findFileState(before, source.file) : "gone";
    const intact =
      before &&
      (state === "same" || state === "touched") &&
      (before.server ?? null) === server &&
      isReadAs(before, settings.reader);
    return intact ? keep(before, source, place) : undefined;
  };
  const pin = async (made: Pinned): Promise<Manifest> => {
    const manifest = { ...made, source: source.text, file: manifestFile(source.file, data_dir), server };
    await place.save(manifest);
    return manifest;
  };

  let intact = await whatIsThere();
  const isEnough = () => !force && !source.grows;
  if (intact && isEnough()) return { ...checked(intact, settings, source), up_to_date: true };
  if (!isFetched(source)) {
    const manifest = checked(await pinned(source, source.file, settings, context), settings, source);
    return { ...(await pin(manifest)), up_to_date: manifest.sha256 === intact?.sha256 };
  }
  await makeFolder(dirname(source.file));
  // it saves work and nothing more: each process writes to a partial file of its own, so two at a time would do no harm
  const { signal, onProgress } = context;
  const onWait = () => onProgress?.({ task: "wait for another download of the same file", done: 0 });
  return withLock(`${source.file}.lock`, `download of ${source.shown}`, { signal, onWait }, async () => {
    // another process may have brought it while we waited
    intact = await whatIsThere();
    if (intact && isEnough()) return { ...checked(intact, settings, source), up_to_date: true };
    const made = await fetchInto(source, intact, settings, context);
    if (made === "unchanged") return { ...checked(intact as Manifest, settings, source), up_to_date: true };
    return { ...(await pin(made)), up_to_date: false };
  });
}

/** Keeps a manifest whose file has the same bytes, though it may have been written again. */
async function keep(manifest: Manifest, source: Source, place: ManifestPlace): Promise<Manifest> {
  const { mtimeMs } = await stat(source.file);
  if (mtimeMs === manifest.mtime_ms) return manifest;
  const touched = { ...manifest, mtime_ms: mtimeMs };
  await place.save(touched);
  return touched;
}

type Pinned = Omit<Manifest, "source" | "file" | "server">;

type FetchedSource = Source & Required<Pick<Source, "write">>;

function isFetched(source: Source): source is FetchedSource {
  return source.write !== undefined;
}

/** Writes the file of a source beside its place, checks it, and renames it into place. */
async function fetchInto(
  source: FetchedSource,
  intact: Manifest | undefined,
  settings: DownloadSettings,
  context: StageContext,
): Promise<Pinned | "unchanged"> {
  const partial = await newPartial(source.file);
  try {
    const said = await source.write(partial, intact, settings, context);
    if (said === "unchanged") return said;
    const { packed, ...validators } = said;
    if (packed && !source.type.gzip) {
      await unpackFile(partial, source.shown, settings.size_limit, context);
      // the note is about the bytes as they came
      await removeNote(partial);
    }
    const facts = checked(await pinned(source, partial, settings, context), settings, source);
    throwIfInterrupted(context.signal, source.shown);
    await rename(partial, source.file);
    return { ...facts, ...validators };
  } catch (error) {
    if (isInterrupted(error)) await keepWhole(partial);
    throw error;
  } finally {
    await removePartial(partial);
  }
}

/** Leaves a partial file that came whole, and whose check was stopped, to the next download. */
async function keepWhole(partial: string): Promise<void> {
  if (await readNote(partial)) await keepPartial(partial);
}

/** What a manifest says of a file, read in one pass. */
async function pinned(
  source: Source,
  path: string,
  settings: DownloadSettings,
  context: StageContext,
): Promise<Pinned> {
  const { size, mtimeMs } = await statFile(source, path);
  const facts = await inspectFile(
    path,
    { ...source, size, limit: settings.size_limit, reader: settings.reader },
    context,
  );
  const after = await stat(path);
  if (after.size !== size || after.mtimeMs !== mtimeMs) {
    throw new FileWithoutRows(source.shown, "changed while it was read");
  }
  return {
    format: source.type.format,
    ...facts,
    reader: settings.reader,
    bytes: size,
    downloaded_at: new Date().toISOString(),
    mtime_ms: mtimeMs,
    ...NO_VALIDATORS,
  };
}

/** Gives it back when it has the SHA-256 that the user expects. */
function checked<T extends { sha256: string }>(facts: T, settings: DownloadSettings, { shown }: Source): T {
  const expected = settings.sha256?.toLowerCase();
  if (!expected || expected === facts.sha256) return facts;
  throw new ChurnError("BAD_INPUT", `checksum mismatch: the sha256 of ${shown} is ${facts.sha256}, not ${expected}`, {
    hint: "it is another version, or was tampered with: ask its owner; --force fetches it again",
  });
}

async function statFile(source: Source, path: string): Promise<Stats> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== "ENOENT" && cause.code !== "ENOTDIR") throw cause;
    throw noSuchFile(path, cause);
  });
  if (found.isFile()) return found;
  throw noFile(source.shown, found.isDirectory() ? "a folder" : "a device");
}
