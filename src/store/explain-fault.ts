import { ChurnError, type ErrorCode } from "../core/errors.js";
import { faultCode, firstLineOf, messageOf } from "../core/fault.js";
import { FILE_FAULTS } from "../core/file-faults.js";
import { isDamage } from "./file-fault.js";

/** Codes of the file system that are told as something else than a file that cannot be read. */
const FILE_CODES: Readonly<Record<string, ErrorCode>> = {
  ...{
    ENOENT: "NOT_FOUND",
    ENOTDIR: "NOT_FOUND",
    EROFS: "WRITE_FAILED",
    ENOSPC: "WRITE_FAILED",
    EDQUOT: "WRITE_FAILED",
  },
  ...{ EFBIG: "WRITE_FAILED", EMFILE: "WRITE_FAILED", ENFILE: "WRITE_FAILED" },
};

/** What DuckDB says of a file that it reads, most telling first. */
const READING: readonly [message: RegExp, code: ErrorCode, fault: string, hint: string][] = [
  [
    /out of memory|could not allocate|failed to allocate/i,
    "STORE_FULL",
    "memory is full",
    "give the program more memory, or make room in the folder of temporary files",
  ],
  [
    /no space left|disk is full|out of disk/i,
    "STORE_FULL",
    "no space is left",
    "make room, or name a file on another disk with --store.path",
  ],
  [
    /maximum line size/i,
    "BAD_INPUT",
    "a line is too long",
    "is it the right file, and are its lines ended by LF or CR LF?",
  ],
  [
    /no magic bytes|too small to be a parquet|not a parquet/i,
    "BAD_INPUT",
    "it is not a Parquet file",
    "fetch it again from where it comes",
  ],
  [
    /snappy|zstd|gzip|brotli|lz4|thrift|TProtocolException|decompress|page header|dictionary|rle|corrupt/i,
    "BAD_INPUT",
    "it is damaged",
    "fetch it again from where it comes",
  ],
  [
    /unicode|utf-?8|utf-?16|encoded/i,
    "BAD_INPUT",
    "its letters cannot be read",
    "say how it is written: --reader encoding=…",
  ],
  [/CSV Error|sniff/i, "BAD_INPUT", "it cannot be read as CSV", "look at the delimiter and the quotes: --reader"],
  [/No such file|cannot open file/i, "NOT_FOUND", "there is no such file", "check the path"],
];

/**
 * What a library said of a file, as a person can act on it: which file, which line, what is wrong, what cures it. The last net under
 * the doors to DuckDB, zlib and the file system; each door says it better where it knows more.
 *
 * @param path the file that was read, where the message does not name it
 * @returns a ChurnError; undefined for what is no fault of a file: then it is one of the program
 */
export function explainFault(error: unknown, path?: string): ChurnError | undefined {
  if (error instanceof ChurnError) return error;
  const message = messageOf(error);
  const code = faultCode(error) ?? "";
  const own = pathOf(error);
  const named = path ?? own ?? /"([^"\n]*[/\\][^"\n]*)"/.exec(message)?.[1] ?? "a file";
  const told = (kind: ErrorCode, fault: string, hint: string, more = "") =>
    new ChurnError(kind, `${named}: ${fault}${more}`, { cause: error, hint });

  const known = FILE_FAULTS[code];
  if (known)
    return new ChurnError(FILE_CODES[code] ?? "BAD_INPUT", `${own ?? named}: ${known[0]}`, {
      cause: error,
      hint: known[1],
    });
  if (code.startsWith("Z_")) {
    return told("BAD_INPUT", "its gzip data cannot be unpacked", "fetch it again from where it comes");
  }
  if (
    !/^(IO|Invalid Input|Invalid|Conversion|Out of Memory|Serialization|Decimal|Fatal|FATAL) ?Error:|Error: (IO|Invalid Input)/i.test(
      message,
    )
  ) {
    return undefined;
  }
  if (/database file|DuckDB|wal file|write-ahead/i.test(message) && isDamage(message)) {
    return told(
      "STORE_DAMAGED",
      `the store is damaged: ${short(message)}`,
      "churn store check says what is there; load it again into another file, --store.path",
    );
  }
  const line = /Line: (\d+)/.exec(message)?.[1];
  const found = READING.find(([test]) => test.test(message));
  if (!found) return undefined;
  const [, kind, fault, hint] = found;
  return told(kind, `${line ? `line ${line}: ` : ""}${fault}`, hint, ` (${short(message)})`);
}

/** The first line of what DuckDB says, without the name of its kind. */
const short = (message: string) =>
  firstLineOf(message)
    .replace(/^[\w ]*Error: ?/, "")
    .slice(0, 160);

function pathOf(error: unknown): string | undefined {
  const { path } = (typeof error === "object" && error !== null ? error : {}) as NodeJS.ErrnoException;
  return typeof path === "string" ? path : undefined;
}
