import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { interrupted } from "../core/interrupted.js";
import type { StageContext } from "../core/progress.js";
import { csvHead, HEAD_BYTES, type ManifestColumn } from "./csv-head.js";
import type { FileType } from "./file-type.js";
import { FileWithoutRows } from "./file-without-rows.js";
import { gunzipped } from "./gunzipped.js";
import { gzipError } from "./gzip-error.js";
import { LineCounter } from "./line-counter.js";
import { parquetColumns } from "./parquet-columns.js";
import { progressMeter } from "./progress-meter.js";
import { AUTO_READER, type ReaderSettings, type TextEncoding } from "./reader-options.js";
import { checkRatio, checkSize } from "./size-limit.js";
import { Utf8Check, utf8Bytes } from "./utf8-bytes.js";

/** What a file holds. */
export interface FileFacts {
  /** SHA-256 of the bytes of the file as it is, packed or not. */
  sha256: string;
  /** Rows of data: lines without the first, blank lines apart. */
  rows: number;
  delimiter: string | null;
  /** In which letters a CSV file is written; null for Parquet. */
  encoding: TextEncoding | null;
  /** Whether the first line names the columns, and how many lines stand above it. */
  has_header: boolean;
  skip: number;
  columns: ManifestColumn[];
  /** True for a CSV file whose lines and cells are what the line feeds and delimiters say: no quote, no carriage return, no blank line. */
  plain: boolean;
}

/** What is known of a file before it is read. */
export interface FileToInspect {
  type: FileType;
  /** How errors name it. */
  shown: string;
  /** Its bytes, for progress. */
  size: number;
  /** Gigabytes that it may have, packed or unpacked. */
  limit: number | null;
  reader?: ReaderSettings;
}

/**
 * Reads a file once, in bounded memory: its hash, its rows, its columns.
 *
 * @throws ChurnError BAD_INPUT when the file is damaged, cut off, empty, without rows, too large, or not what its name says
 */
export async function inspectFile(
  path: string,
  { type, shown, size, limit, reader = AUTO_READER }: FileToInspect,
  context: StageContext,
): Promise<FileFacts> {
  if (size === 0) throw new FileWithoutRows(shown, "is empty");
  checkSize(size, limit, shown);
  const hash = createHash("sha256");
  const lines = new LineCounter(HEAD_BYTES);
  const utf8 = new Utf8Check();
  let utf16: "utf-16" | undefined;
  const report = progressMeter(context, "check", "bytes", size);
  let done = 0;
  let start = Buffer.alloc(0);
  const tap = async function* (blocks: AsyncIterable<Buffer>) {
    for await (const block of blocks) {
      if (start.length < 4) start = Buffer.concat([start, block.subarray(0, 4)]);
      hash.update(block);
      done += block.length;
      report(done);
      yield block;
    }
  };
  const count = async (blocks: AsyncIterable<Buffer>) => {
    for await (const block of blocks) {
      if (type.format !== "csv") continue;
      lines.push(block);
      utf8.push(block);
      checkSize(lines.bytes, limit, shown);
      checkRatio(done, lines.bytes, shown);
    }
  };
  const toUtf8 = (blocks: AsyncIterable<Buffer>) =>
    utf8Bytes(blocks, (found) => {
      utf16 = found;
    });
  const read = createReadStream(path, { highWaterMark: 1 << 18 });
  const options = context.signal ? { signal: context.signal } : {};
  try {
    if (type.gzip) await pipeline(read, tap, gunzipped, toUtf8, count, options);
    else await pipeline(read, tap, toUtf8, count, options);
  } catch (error) {
    if (context.signal?.aborted) throw interrupted(shown, error);
    const isGzip = start[0] === 0x1f && start[1] === 0x8b;
    throw type.gzip ? gzipError(shown, isGzip, error) : error;
  }
  lines.end();
  if (type.format === "csv" && lines.bytes === 0) throw new FileWithoutRows(shown, "is empty");

  const encoding: TextEncoding = utf16 ?? (utf8.ok ? "utf-8" : "windows-1252");
  const facts =
    type.format === "parquet"
      ? { delimiter: null, encoding: null, has_header: true, skip: 0, ...(await parquetColumns(path, shown)) }
      : { encoding, ...textFacts(lines, shown, reader) };
  if (facts.rows < 1) throw new FileWithoutRows(shown, "has a header but no rows");
  return {
    sha256: hash.digest("hex"),
    ...facts,
    plain: type.format === "csv" && lines.isPlain && encoding === "utf-8",
  };
}

function textFacts(lines: LineCounter, shown: string, reader: ReaderSettings) {
  const { above, header: has_header, ...head } = csvHead(lines.head, lines.bytes <= HEAD_BYTES, shown, reader);
  return { ...head, has_header, rows: lines.filled - above };
}
