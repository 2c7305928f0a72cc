import { createHash } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomic } from "../core/write-atomic.js";

/** Keeps the scores of finished fits, so that an interrupted search resumes where it was. */
export interface SearchMemory {
  /** Scores that were kept under a key; null when there are none, or they are damaged. */
  read(key: string): Promise<Float64Array | null>;
  write(key: string, scores: Float64Array): Promise<void>;
  /** Forgets everything; to be called when the model is saved. */
  clear(): Promise<void>;
}

/** Keeps scores in a folder, a file a fit with its SHA-256 in front. */
export function folderMemory(folder: string): SearchMemory {
  const path = (key: string) => join(folder, `${sha256(Buffer.from(key)).toString("hex")}.scores`);
  return {
    async read(key) {
      const file = await readFile(path(key)).catch(() => null);
      if (!file || file.length < 32) return null;
      const body = file.subarray(32);
      if (body.length % 8 !== 0 || !sha256(body).equals(file.subarray(0, 32))) return null;
      return new Float64Array(Uint8Array.from(body).buffer);
    },
    async write(key, scores) {
      const body = new Uint8Array(scores.buffer, scores.byteOffset, scores.byteLength);
      await writeAtomic(path(key), Buffer.concat([sha256(body), body]));
    },
    async clear() {
      for (const name of await readdir(folder).catch(() => [])) {
        if (name.endsWith(".scores")) await rm(join(folder, name), { force: true });
      }
    },
  };
}

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest();
