import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { ChurnError } from "../core/errors.js";
import type { StageContext } from "../core/progress.js";
import { bringFile } from "./bring-file.js";
import { type Manifest, manifestFile, readManifest, saveManifest } from "./manifest.js";
import { commonFolder, isMany, sourceTexts } from "./many/find-logs.js";
import type { LeftOut } from "./many/left-out.js";
import { pinFiles } from "./many/pin-files.js";
import { openSource } from "./open-source.js";
import { type DownloadOptions, type DownloadSettings, downloadOptions } from "./options.js";
import { NO_VALIDATORS } from "./source.js";

/** What became of the files of a source of many since it was looked at the last time: their names. */
export interface FilesOfSource {
  count: number;
  new: string[];
  changed: string[];
  /** Files that were there once. */
  gone: string[];
}

/** What a download gives: the manifest, and whether there was nothing to do. */
export interface DownloadResult extends Manifest {
  up_to_date: boolean;
  /** Where the source is of many files; the manifest then has their sums, and the hash of the list of their hashes. */
  files?: FilesOfSource;
  /** Files that were found beside them, and are no logs. */
  left_out?: LeftOut[];
}

/**
 * Brings the call records of a source to this machine and pins them in a manifest in the data folder.
 *
 * A path is read and hashed where it lies; the sample, https:// and gs:// are written beside their place and renamed. A second
 * run with the same source does nothing: the sample is recognized by its parameters, a path by size and time, and a server is not
 * asked again. With `force` the sample is made again, a path is hashed again, and a server is asked whether the file changed
 * (If-None-Match, If-Modified-Since; the generation). Processes that ask for one file at a time fetch it once.
 *
 * A folder, a pattern and a list stand for many files, which are pinned in one manifest; of `gs://bucket/folder/` and patterns the list of
 * objects is asked for each time, and those that are new are fetched.
 *
 * @throws ChurnError BAD_OPTION when source, parameters or key file are wrong, NOT_FOUND when there is no such file,
 *   DOWNLOAD_FAILED when a server fails or the disk is full, BAD_INPUT when the file is damaged, empty, too large, or not what
 *   its name says, INTERRUPTED by `context.signal`
 *
 * @example
 * const sample = await download({ source: "sample:?subscribers=500&days=60" });
 * console.log(sample.rows, sample.file);
 */
export async function download(options: DownloadOptions = {}, context: StageContext = {}): Promise<DownloadResult> {
  const settings = downloadOptions.parse(options);
  const { data_dir } = settings;
  const texts = sourceTexts(settings.source);
  if (await isMany(texts)) return downloadMany(texts, settings, context);
  const source = openSource(texts[0], data_dir);
  const place = {
    read: () => readManifest(source, data_dir),
    save: (manifest: Manifest) => saveManifest(source, manifest, data_dir),
  };
  return bringFile(source, place, settings, context);
}

async function downloadMany(
  texts: readonly string[],
  settings: DownloadSettings,
  context: StageContext,
): Promise<DownloadResult> {
  if (settings.sha256) {
    throw new ChurnError("BAD_OPTION", "option download.sha256 is of one file, and the source is of several", {
      hint: "leave it out: the manifest has the hash of each file",
    });
  }
  const { files, gone, leftOut, fresh, changed } = await pinFiles(texts, settings, context);
  const sum = (of: (file: Manifest) => number) => files.reduce((all, file) => all + of(file), 0);
  const list = files.map(({ sha256, name }) => `${sha256}  ${name}\n`).join("");
  const { format, delimiter, columns } = files[0];
  return {
    source: texts.join(", "),
    file:
      manifestFile(commonFolder(files.map(({ file }) => resolve(settings.data_dir, file))), settings.data_dir) || ".",
    format,
    delimiter,
    bytes: sum(({ bytes }) => bytes),
    rows: sum(({ rows }) => rows),
    sha256: createHash("sha256").update(list).digest("hex"),
    columns,
    downloaded_at: files.map((file) => file.downloaded_at).sort()[files.length - 1],
    mtime_ms: Math.max(...files.map(({ mtime_ms }) => mtime_ms)),
    ...NO_VALIDATORS,
    server: files[0].server,
    up_to_date: fresh.length === 0 && changed.length === 0,
    files: { count: files.length, new: fresh, changed, gone: gone.map(({ name }) => name) },
    left_out: leftOut,
  };
}
