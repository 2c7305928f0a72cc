import type { Stats } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { ChurnError } from "../core/errors.js";
import type { StageContext } from "../core/progress.js";
import { fileFault } from "./file-fault.js";
import { inTurn } from "./in-turn.js";
import { inspectFile } from "./inspect-file.js";
import { throwIfInterrupted } from "./interrupted.js";
import { type Manifest, manifestFile, readManifest, saveManifest, stateOf } from "./manifest.js";
import { noFile, noSuchFile } from "./no-such-file.js";
import { openSource } from "./open-source.js";
import { type DownloadOptions, type DownloadSettings, downloadOptions } from "./options.js";
import { newPart } from "./part-file.js";
import type { Source } from "./source.js";

/** What a download gives: the manifest, and whether there was nothing to do. */
export interface DownloadResult extends Manifest {
  up_to_date: boolean;
}

/**
 * Brings the call records of a source to this machine and pins them in a manifest in the data folder.
 *
 * A path is read and hashed where it lies; the sample and https:// are written beside their place and renamed. A second
 * run with the same source does nothing: the sample is told by its parameters, a path by size and time, and https:// is
 * not asked again. With `force` the sample is made again, a path is hashed again, and a web server is asked whether the
 * file changed (If-None-Match, If-Modified-Since).
 *
 * @throws ChurnError BAD_OPTION when source or parameters are wrong, NOT_FOUND when there is no such file, DOWNLOAD_FAILED when
 *   a server fails, BAD_INPUT when the file is damaged, empty, or not what its name says, INTERRUPTED by `context.signal`
 *
 * @example
 * const sample = await download({ source: "sample:?subscribers=500&days=60" });
 * console.log(sample.rows, sample.file);
 */
export async function download(options: DownloadOptions = {}, context: StageContext = {}): Promise<DownloadResult> {
  const { source: text, data_dir, force } = downloadOptions.parse(options);
  const source = openSource(text, data_dir);
  return inTurn(source.file, async () => {
    throwIfInterrupted(context.signal, source.shown);
    try {
      return await bring(source, { data_dir, force }, context);
    } catch (error) {
      throw fileFault(error) ?? error;
    }
  });
}

async function bring(
  source: Source,
  { data_dir, force }: Pick<DownloadSettings, "data_dir" | "force">,
  context: StageContext,
): Promise<DownloadResult> {
  const before = await readManifest(source, data_dir);
  const state = before ? await stateOf(before, source.file) : "gone";
  const intact = before && (state === "same" || state === "touched") ? before : undefined;
  if (intact && !force) return { ...(await keep(intact, source, data_dir)), up_to_date: true };

  const made = source.write ? await fetchInto(source, intact, context) : await pinned(source, source.file, context);
  if (made === "unchanged") return { ...(await keep(intact as Manifest, source, data_dir)), up_to_date: true };
  const manifest: Manifest = { ...made, source: source.text, file: manifestFile(source.file, data_dir) };
  await saveManifest(source, manifest, data_dir);
  return { ...manifest, up_to_date: !source.write && manifest.sha256 === intact?.sha256 };
}

/** Keeps a manifest whose file has the same bytes, though it may have been written anew. */
async function keep(manifest: Manifest, source: Source, dataDir: string): Promise<Manifest> {
  const { mtimeMs } = await stat(source.file);
  if (mtimeMs === manifest.mtime_ms) return manifest;
  const touched = { ...manifest, mtime_ms: mtimeMs };
  await saveManifest(source, touched, dataDir);
  return touched;
}

type Pinned = Omit<Manifest, "source" | "file">;

/** Writes the file of a source beside its place, checks it, and renames it into place. */
async function fetchInto(
  source: Source,
  intact: Manifest | undefined,
  context: StageContext,
): Promise<Pinned | "unchanged"> {
  await mkdir(dirname(source.file), { recursive: true });
  const part = await newPart(source.file);
  try {
    const said = await (source.write as NonNullable<Source["write"]>)(part, intact, context);
    if (said === "unchanged") return said;
    const facts = await pinned(source, part, context);
    throwIfInterrupted(context.signal, source.shown);
    await rename(part, source.file);
    return { ...facts, ...said };
  } finally {
    await rm(part, { force: true });
  }
}

/** What a manifest says of a file, read in one pass. */
async function pinned(source: Source, path: string, context: StageContext): Promise<Pinned> {
  const { size, mtimeMs } = await statFile(source, path);
  const facts = await inspectFile(path, { ...source, size }, context);
  const after = await stat(path);
  if (after.size !== size || after.mtimeMs !== mtimeMs) {
    throw new ChurnError("BAD_INPUT", `${source.shown} changed while it was read`, {
      hint: "wait until it is written, then try again",
    });
  }
  return {
    format: source.type.format,
    delimiter: facts.delimiter,
    bytes: size,
    rows: facts.rows,
    sha256: facts.sha256,
    columns: facts.columns,
    downloaded_at: new Date().toISOString(),
    mtime_ms: mtimeMs,
    etag: null,
    last_modified: null,
  };
}

async function statFile(source: Source, path: string): Promise<Stats> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== "ENOENT" && cause.code !== "ENOTDIR") throw cause;
    throw noSuchFile(path, cause);
  });
  if (found.isFile()) return found;
  throw noFile(source.shown, found.isDirectory() ? "a folder" : "a device");
}
