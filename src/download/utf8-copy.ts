import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { plainBytes } from "./gunzipped.js";

/** In what letters a text is written; Latin-1 is a part of Windows-1252. */
export type TextEncoding = "utf-8" | "windows-1252";

/**
 * Works on a copy of a text file that DuckDB can read: unpacked, and in UTF-8. It reads neither Windows-1252 nor gzip with
 * anything behind its end.
 *
 * @param encoding of the file
 */
export async function withUtf8Copy<T>(
  path: string,
  encoding: TextEncoding,
  work: (copy: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "churn-text-"));
  const copy = join(folder, "text.csv");
  const bytes = plainBytes(path);
  try {
    await pipeline(encoding === "utf-8" ? bytes : decoded(bytes), createWriteStream(copy));
    return await work(copy);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function* decoded(blocks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder("windows-1252");
  for await (const block of blocks) yield decoder.decode(block, { stream: true });
}

/** Which copy a fault of DuckDB's CSV reader asks for, if one helps. */
export function copyThatHelps(message: string): TextEncoding | undefined {
  if (/not a GZIP stream|gzip/i.test(message)) return "utf-8";
  return /unicode|utf-?8|latin-1 encoded/i.test(message) ? "windows-1252" : undefined;
}
