import { ChurnError } from "../core/errors.js";

/** Bytes of unpacked data from which on a file that shrinks them this much is not a log. */
const BOMB_BYTES = 1e8;
/** Logs in CSV are packed 3 to 40 times; the most that gzip can do is 1032 times. */
const BOMB_RATIO = 300;

/**
 * Refuses what is larger than the user allows.
 *
 * @param limit gigabytes, or null for no limit
 * @throws ChurnError BAD_INPUT
 */
export function checkSize(bytes: number, limit: number | null, shown: string): void {
  if (limit === null || bytes <= limit * 1e9) return;
  throw new ChurnError("BAD_INPUT", `${shown} is larger than download.size_limit: more than ${limit} GB`, {
    hint: `if it should be: --size-limit ${Math.ceil(bytes / 1e9) + 1}, or null for no limit`,
  });
}

/**
 * Refuses a file that unpacks to far more than any log does ("decompression bomb").
 *
 * @throws ChurnError BAD_INPUT
 */
export function checkRatio(packed: number, unpacked: number, shown: string): void {
  if (unpacked < BOMB_BYTES || unpacked < packed * BOMB_RATIO) return;
  throw new ChurnError(
    "BAD_INPUT",
    `${shown} unpacks to more than ${BOMB_RATIO} times its size: it is not a log, but made to fill disks`,
    { hint: "do not trust where it comes from; if you know better, unpack it yourself and give the path" },
  );
}

/** Bytes as a person reads them. */
export function gigabytes(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${bytes.toLocaleString("en-US")} bytes`;
}
