import { resolve } from "node:path";
import { ChurnError } from "../../core/errors.js";
import type { Manifest } from "../../download/manifest.js";
import { readFilesManifest } from "../../download/many/files-manifest.js";
import { isLocal } from "../../download/many/find-logs.js";
import type { LeftOut } from "../../download/many/left-out.js";
import { type PinContext, pinFiles } from "../../download/many/pin-files.js";
import { downloadOptions } from "../../download/options.js";
import { AUTO_READER } from "../../download/reader-options.js";
import type { LoadSettings } from "../options.js";
import type { DownloadedFile } from "../reading/downloaded-file.js";
import type { FileOfMany } from "../reading/file-of-many.js";
import type { FilesToLoad } from "./load-files.js";

/**
 * Finds the files of a source of many. Those on this machine are looked for again, and pinned as `download` does; of a server those that
 * were downloaded are taken, and it is not asked.
 *
 * @throws ChurnError NOT_FOUND when nothing was downloaded from a server
 */
export async function findFilesToLoad(
  texts: readonly string[],
  settings: LoadSettings,
  context: PinContext,
): Promise<FilesToLoad & { leftOut: LeftOut[] }> {
  const { data_dir } = settings;
  const found = isLocal(texts)
    ? await pinFiles(texts, downloadOptions.parse({ source: [...texts], data_dir, reader: settings.reader }), context)
    : await readFilesManifest(texts, data_dir);
  if (!found) throw notDownloaded(texts, data_dir);
  const files = found.files.map((file): FileOfMany => {
    const own = fileOf(file, settings);
    // what was fetched is called by where it comes from
    const source = /^[a-z][a-z0-9+.-]+:/i.test(file.source) ? file.source : own.path;
    const { name, partition } = file;
    return {
      ...own,
      source,
      name,
      ...(partition ? { partition } : {}),
      columns: file.columns.map((column) => column.name),
    };
  });
  return { files, gone: found.gone, leftOut: found.leftOut };
}

/** A file as its manifest has it, and where the user says now that it is written otherwise, as they say. */
export function fileOf(manifest: Manifest, { data_dir, reader: asked }: LoadSettings): DownloadedFile {
  const {
    file,
    bytes,
    sha256,
    format,
    rows,
    reader = AUTO_READER,
    has_header: header = true,
    skip = 0,
    encoding,
    plain,
  } = manifest;
  const now = { header: asked.header, skip: asked.skip === reader.skip ? skip : asked.skip };
  const above = (of: { header: boolean; skip: number }) => of.skip + (of.header ? 1 : 0);
  const found = encoding === "utf-16" ? encoding : undefined;
  // lines that may be blank count for nothing
  const counted = Math.max(0, rows + Math.min(0, above({ header, skip }) - above(now)));
  return {
    ...{ path: resolve(data_dir, file), bytes, sha256, format },
    delimiter: asked.delimiter === "auto" ? (manifest.delimiter ?? ",") : asked.delimiter,
    encoding: asked.encoding === "auto" ? found : asked.encoding,
    ...now,
    ...(manifest.read ? { read: manifest.read } : {}),
    rows: counted,
    // a line above the rows that is one now was not counted
    ...(plain && above(now) >= above({ header, skip })
      ? { plain: { rows: counted, bytes, mtimeMs: manifest.mtime_ms } }
      : {}),
  };
}

/** The error of a source that is not there. */
export function notDownloaded(texts: readonly string[], dataDir: string): ChurnError {
  return new ChurnError("NOT_FOUND", `${texts.join(", ")} is not downloaded to ${dataDir}`, {
    hint: texts.length === 1 ? `churn download --source ${texts[0]}` : "churn download with the same source",
  });
}
