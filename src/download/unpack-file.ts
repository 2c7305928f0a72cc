import { createReadStream, createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { interrupted } from "../core/interrupted.js";
import type { StageContext } from "../core/progress.js";
import { gunzipped } from "./gunzipped.js";
import { gzipError } from "./gzip-error.js";
import { checkRatio, checkSize } from "./size-limit.js";

/**
 * Unpacks a file that is packed by gzip in its place: for what a server keeps packed under a name that does not say so.
 *
 * @param limit gigabytes that it may have unpacked
 * @throws ChurnError BAD_INPUT when it is cut off, damaged, or unpacks to too much
 */
export async function unpackFile(
  path: string,
  shown: string,
  limit: number | null,
  context: StageContext,
): Promise<void> {
  const unpacked = `${path}.unpacked`;
  let packedBytes = 0;
  let bytes = 0;
  const packed = async function* (blocks: AsyncIterable<Buffer>) {
    for await (const block of blocks) {
      packedBytes += block.length;
      yield block;
    }
  };
  const checked = async function* (blocks: AsyncIterable<Buffer>) {
    for await (const block of blocks) {
      bytes += block.length;
      checkSize(bytes, limit, shown);
      checkRatio(packedBytes, bytes, shown);
      yield block;
    }
  };
  try {
    await pipeline(
      createReadStream(path, { highWaterMark: 1 << 18 }),
      packed,
      gunzipped,
      checked,
      createWriteStream(unpacked, { flush: true }),
      context.signal ? { signal: context.signal } : {},
    );
    await rename(unpacked, path);
  } catch (error) {
    await rm(unpacked, { force: true });
    if (context.signal?.aborted) throw interrupted(shown, error);
    throw gzipError(shown, true, error);
  }
}
