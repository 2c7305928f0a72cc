import type { FileType } from "./file-type.js";
import { shortHash } from "./short-hash.js";

/**
 * The name under which a file from elsewhere is kept: its own as far as that is plain, and a hash of where it comes from, so
 * that a name can neither leave the folder nor take the place of another file.
 *
 * @param name last part of its path there
 * @param from where it comes from, in full
 */
export function localName(name: string, type: FileType, from: string): string {
  const stem = name
    .slice(0, -type.ending.length)
    .replace(/[^\w.-]+/g, "_")
    .replace(/^[.-]+/, "")
    .slice(0, 100);
  return `${stem || "log"}-${shortHash(from)}${type.ending}`;
}
