import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { plainBytes } from "./gunzipped.js";
import type { TextEncoding } from "./reader-options.js";
import { utf8Bytes } from "./utf8-bytes.js";

/** Changes the bytes of a text on their way. */
export type TextFilter = (blocks: AsyncIterable<Buffer>) => AsyncGenerator<Buffer>;

/**
 * Works on a copy of a text file that DuckDB can read: unpacked, and in UTF-8. It reads neither Windows-1252 nor UTF-16, nor gzip with
 * anything behind its end.
 *
 * @param encoding of the file
 * @param filter what else is changed
 */
export async function withUtf8Copy<T>(
  path: string,
  encoding: TextEncoding,
  work: (copy: string) => Promise<T>,
  filter: TextFilter = (blocks) => passed(blocks),
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "churn-text-"));
  const copy = join(folder, "text.csv");
  const bytes = plainBytes(path);
  const isSingle = encoding === "latin-1" || encoding === "windows-1252";
  try {
    await pipeline(filter(isSingle ? decoded(bytes) : utf8Bytes(bytes)), createWriteStream(copy));
    return await work(copy);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function* passed(blocks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* blocks;
}

async function* decoded(blocks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder("windows-1252");
  for await (const block of blocks) yield Buffer.from(decoder.decode(block, { stream: true }));
}

/** Which copy a fault of DuckDB's CSV reader asks for, if one helps. */
export function copyThatHelps(message: string): "utf-8" | "windows-1252" | undefined {
  if (/not a GZIP stream|gzip/i.test(message)) return "utf-8";
  return /unicode|utf-?8|latin-1 encoded/i.test(message) ? "windows-1252" : undefined;
}
