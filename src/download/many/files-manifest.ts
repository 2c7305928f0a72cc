import { readFile } from "node:fs/promises";
import { basename, isAbsolute, join, relative, resolve } from "node:path";
import { faultCode } from "../../core/fault.js";
import { writeAtomic } from "../../core/write-atomic.js";
import type { ManifestColumn } from "../csv-head.js";
import type { Manifest } from "../manifest.js";
import { shortHash } from "../short-hash.js";
import { NO_VALIDATORS, type Validators } from "../source.js";
import type { LeftOut } from "./left-out.js";
import type { Partition } from "./partition.js";

/** A file of a source of many, as its manifest has it. */
export interface ManifestFile extends Manifest {
  /** How it is called: its path from the folder, or from the fixed part of the pattern, on. */
  name: string;
  partition?: Partition;
}

/** What was pinned of a source of many files, in one file. */
export interface FilesManifest {
  /** The files, in their order. */
  files: ManifestFile[];
  /** Files that were there, and are not any more; nor are their bytes under another name. */
  gone: ManifestFile[];
  leftOut: LeftOut[];
}

/** A file as it is written down: without what says nothing, and with the number of its header in the list of them. */
type Written = Omit<ManifestFile, "columns" | keyof Validators> & Partial<Validators> & { header: number };

/** What the file of a manifest holds. */
interface FilesDocument {
  source: string[];
  files: Written[];
  gone: Written[];
  left_out: LeftOut[];
  /** The different headers. */
  headers: ManifestColumn[][];
}

/**
 * Path of the manifest of a source of many.
 *
 * @param texts the source; paths count from the data folder where they lie in it, so that both may be moved
 */
export function filesManifestPath(texts: readonly string[], dataDir: string): string {
  const folder = resolve(dataDir);
  const places = texts.map((text) => {
    if (/^[a-z][a-z0-9+.-]+:/i.test(text)) return text;
    const inside = relative(folder, resolve(text));
    return inside.startsWith("..") || isAbsolute(inside) ? resolve(text) : inside;
  });
  const stem =
    basename(places[0])
      .replace(/[^\w.=-]+/g, "_")
      .slice(0, 60) || "files";
  return join(folder, `${stem}.${shortHash(JSON.stringify(places))}.files.json`);
}

/** Reads the manifest of a source of many; undefined when there is none, or one that cannot be read. */
export async function readFilesManifest(texts: readonly string[], dataDir: string): Promise<FilesManifest | undefined> {
  try {
    const { files, gone, left_out, headers }: FilesDocument = JSON.parse(
      await readFile(filesManifestPath(texts, dataDir), "utf8"),
    );
    const whole = ({ header, ...file }: Written): ManifestFile => {
      if (!/^[0-9a-f]{64}$/.test(file.sha256)) throw new TypeError("no hash");
      return { ...NO_VALIDATORS, ...file, columns: headers[header] ?? [] };
    };
    return { files: files.map(whole), gone: gone.map(whole), leftOut: left_out };
  } catch (error) {
    // a damaged manifest counts as none: it is built again
    if (error instanceof SyntaxError || error instanceof TypeError || faultCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Writes the manifest of a source of many, beside its place and renamed. */
export async function saveFilesManifest(
  texts: readonly string[],
  { files, gone, leftOut }: FilesManifest,
  dataDir: string,
): Promise<void> {
  const headers = new Map<string, { number: number; columns: ManifestColumn[] }>();
  const written = ({ columns, ...file }: ManifestFile): Written => {
    const key = JSON.stringify(columns);
    const header = headers.get(key) ?? { number: headers.size, columns };
    headers.set(key, header);
    const told = Object.entries(file).filter(([name, value]) => value !== null || !(name in NO_VALIDATORS));
    return { ...(Object.fromEntries(told) as Omit<Written, "header">), header: header.number };
  };
  const document: FilesDocument = {
    source: [...texts],
    files: files.map(written),
    gone: gone.map(written),
    left_out: leftOut,
    headers: [],
  };
  document.headers = [...headers.values()].map(({ columns }) => columns);
  await writeAtomic(filesManifestPath(texts, dataDir), `${JSON.stringify(document, null, 1)}\n`);
}
