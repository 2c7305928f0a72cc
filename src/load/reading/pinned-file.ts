import { resolve } from "node:path";
import { ChurnError } from "../../core/errors.js";
import { hashFile } from "../../download/hash-file.js";
import { findManifest } from "../../download/manifest.js";

/** A file as the ledger names it: where it lay, and the hash of its bytes. */
export interface PinnedFile {
  source: string;
  file: string;
  sha256: string;
}

/**
 * Finds the very bytes that were loaded: the file where it lay, or the one that the manifest of its source names now.
 *
 * @returns its path
 * @throws ChurnError BAD_INPUT when they are nowhere: the file was replaced, grew, was cut, or is gone
 */
export async function findPinned({ source, file, sha256 }: PinnedFile, dataDir: string): Promise<string> {
  const found = await hashOf(file);
  if (found === sha256) return file;
  const manifest = await findManifest(source, dataDir).catch(() => undefined);
  if (manifest?.sha256 === sha256) {
    const path = resolve(dataDir, manifest.file);
    if (path !== file && (await hashOf(path)) === sha256) return path;
  }
  const now = found === undefined ? "it is gone" : `its SHA-256 is ${found} now`;
  throw new ChurnError(
    "BAD_INPUT",
    `${file} is not the file that was loaded: ${now}, and the rows that were held back are in the one of ${sha256}`,
    { hint: "put that file back, or load the new one: churn download, then churn load" },
  );
}

/** SHA-256 of a file; undefined when there is none. */
async function hashOf(path: string): Promise<string | undefined> {
  return hashFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
}
