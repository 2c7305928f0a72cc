import { readFile, stat } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";
import { ChurnError } from "../core/errors.js";
import { faultCode } from "../core/fault.js";
import { writeAtomic } from "../core/write-atomic.js";
import type { ManifestColumn } from "./csv-head.js";
import { hashFile } from "./hash-file.js";
import type { TableRead } from "./mysql/table-read.js";
import { openSource } from "./open-source.js";
import { AUTO_READER, type ReaderSettings, type TextEncoding } from "./reader-options.js";
import type { Source } from "./source.js";

/** What was downloaded, pinned by its hash: later stages read the file that it names. */
export interface Manifest {
  /** The source as it was given. */
  source: string;
  /** Path of the file: relative to the data folder when it lies in it, else absolute. */
  file: string;
  format: "csv" | "parquet";
  /** Character between the cells of a CSV file; null for Parquet. */
  delimiter: string | null;
  /** In which letters a CSV file is written; null for Parquet. Manifests of earlier versions do not have these four. */
  encoding?: TextEncoding | null;
  /** Whether the first line names the columns; else they are called c1, c2, … */
  has_header?: boolean;
  /** Lines above the header, or above the first row. */
  skip?: number;
  /** What the user said of these. */
  reader?: ReaderSettings;
  bytes: number;
  /** Rows of data: lines without the first, blank lines apart. */
  rows: number;
  /** SHA-256 of the bytes of the file as it lies there, packed or not. */
  sha256: string;
  /** The columns; in CSV the types are guessed from the first rows. */
  columns: ManifestColumn[];
  /** True for a CSV file without quotes, carriage returns and blank lines; not there in older manifests. */
  plain?: boolean;
  /** When the file was hashed: ISO 8601, UTC. */
  downloaded_at: string;
  /** When the file was last written, in milliseconds since 1970: with `bytes`, the sign that it did not change. */
  mtime_ms: number;
  /** What the server said of its version, for the next question. */
  etag: string | null;
  last_modified: string | null;
  /** Version of an object in Cloud Storage, as gs://bucket/object#… names it. */
  generation: string | null;
  /** Checksums that the server declared and the bytes had, in base64. */
  crc32c: string | null;
  md5: string | null;
  /** The server, where the settings chose it. */
  server: string | null;
  /** What was read, of a table of a database. */
  read?: TableRead;
}

/** Whether a file was inspected as text that is written in this way. */
export function isReadAs({ reader = AUTO_READER }: Manifest, asked: ReaderSettings): boolean {
  return Object.entries(asked).every(([key, value]) => reader[key as keyof ReaderSettings] === value);
}

/**
 * The path of a file as a manifest keeps it: relative to the data folder when it lies in it, so that the folder may be
 * moved, else as it is.
 *
 * @param file an absolute path
 */
export function manifestFile(file: string, dataDir: string): string {
  const inside = relative(resolve(dataDir), file);
  return inside.startsWith("..") || isAbsolute(inside) ? file : inside;
}

/** Writes the manifest of a source into the data folder, beside its place and renamed. */
export async function saveManifest(source: Source, manifest: Manifest, dataDir: string): Promise<void> {
  await writeAtomic(join(dataDir, source.manifest), `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * The manifest of a source as it was written, without a look at its file; undefined when there is none, or one that cannot
 * be read or is of another file.
 *
 * @throws the error of the file system, except that there is no such file
 */
export async function readManifest(source: Source, dataDir: string): Promise<Manifest | undefined> {
  try {
    const manifest: Manifest = JSON.parse(await readFile(join(dataDir, source.manifest), "utf8"));
    return resolve(dataDir, manifest.file) === source.file && /^[0-9a-f]{64}$/.test(manifest.sha256)
      ? manifest
      : undefined;
  } catch (error) {
    // a damaged manifest counts as none: it is built again
    if (error instanceof SyntaxError || error instanceof TypeError || faultCode(error) === "ENOENT") {
      return undefined;
    }
    throw error;
  }
}

/**
 * Compares a file with its manifest: bytes and time first, and only where the time differs its hash.
 *
 * @returns "same"; "touched" when the bytes are the same and the time is not; "changed"; "gone"
 */
export async function findFileState(
  manifest: Manifest,
  file: string,
): Promise<"same" | "touched" | "changed" | "gone"> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
  if (!found?.isFile()) return "gone";
  if (found.size !== manifest.bytes) return "changed";
  if (found.mtimeMs === manifest.mtime_ms) return "same";
  return (await hashFile(file)) === manifest.sha256 ? "touched" : "changed";
}

/**
 * Finds what was downloaded from a source, or undefined when nothing was, or when the file is gone.
 *
 * @param source the text that `download` was given; a path may be written in another way
 * @throws ChurnError BAD_INPUT when the file is another than the one that was pinned
 */
export async function findManifest(source: string, dataDir: string): Promise<Manifest | undefined> {
  const opened = openSource(source, dataDir);
  const manifest = await readManifest(opened, dataDir);
  if (!manifest) return undefined;
  const state = await findFileState(manifest, opened.file);
  if (state === "gone") return undefined;
  if (state === "changed") {
    throw new ChurnError("BAD_INPUT", `${opened.file} changed since it was downloaded from ${opened.shown}`, {
      // a query may hold a signature
      hint: opened.shown === source ? `churn download --source ${source}` : "download it again",
    });
  }
  return manifest;
}
