import { statSync } from "node:fs";
import { basename, dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ChurnError } from "../core/errors.js";
import { localFileType, typeOfName } from "./file-type.js";
import { noFile, noSuchFile } from "./no-such-file.js";
import { shortHash } from "./short-hash.js";
import type { Source } from "./source.js";

/**
 * A file on this machine: it is used where it lies, not copied, so it has no `write`.
 *
 * @param text a path, or a URL `file:`
 * @throws ChurnError BAD_OPTION for a URL that names no local file; for a name of no known type BAD_INPUT, or NOT_FOUND where
 *   nothing is there
 */
export function localSource(text: string, dataDir: string): Source {
  const file = resolve(/^file:/i.test(text) ? pathOf(text) : text);
  if (!typeOfName(file)) checkPlace(file);
  return {
    text,
    shown: text,
    file,
    type: localFileType(file, "rename it to what it is, or convert it to one of these"),
    manifest: manifestName(file, resolve(dataDir)),
  };
}

/** Says what is more to the point than an unknown type: that nothing is there, or a folder. */
function checkPlace(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) throw noSuchFile(file);
  if (found.isDirectory()) throw noFile(file, "a folder");
}

function pathOf(url: string): string {
  try {
    // file:logs/june.csv would be read as /logs/june.csv
    if (!/^file:\//i.test(url)) throw new TypeError("no absolute path");
    return fileURLToPath(url);
  } catch (cause) {
    throw new ChurnError("BAD_OPTION", `not a URL of a local file: ${url}`, {
      cause,
      hint: "give the path itself, or one from the root: file:///home/me/log.csv",
    });
  }
}

/** Names that the other sources give to their files. */
const DOWNLOADED = /-[0-9a-f]{10}\.((csv|tsv|txt|dat)(\.gz)?|parquet|pq)$/;

/** Files of one name from other folders have manifests of other names. */
function manifestName(file: string, dataDir: string): string {
  const name = basename(file);
  if (dirname(file) === dataDir && !DOWNLOADED.test(name)) return `${name}.manifest.json`;
  const inside = relative(dataDir, file);
  return `${name}.${shortHash(inside.startsWith("..") ? file : inside)}.manifest.json`;
}
