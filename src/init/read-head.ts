import { ChurnError } from "../core/errors.js";
import { messageOf } from "../core/fault.js";
import { plainBytes } from "../download/gunzipped.js";
import type { TextEncoding } from "../download/reader-options.js";
import { strangeBeginning } from "../download/strange-beginning.js";
import { utf16Of } from "../download/utf8-bytes.js";
import { parquetRows } from "../store/file-sql.js";
import { inMemory } from "../store/memory-database.js";
import { findShape } from "./find-shape.js";

/** What the beginning of a file says of how it is read. */
export interface FileHead {
  format: "csv" | "parquet";
  encoding: TextEncoding;
  delimiter: string;
  skip: number;
  header: boolean;
  columns: { name: string; type: string }[];
  /** Bytes of the file for each row, about. */
  bytesPerRow: number;
  /** Rows of the file, where it says so itself. */
  rows?: number;
}

/** Bytes of the beginning of a text that are looked at. */
const HEAD = 1 << 18;

/**
 * Looks at the beginning of a file.
 *
 * @param like another file of the same log: whether a header is there is asked once
 * @throws ChurnError BAD_INPUT for what is neither text in cells nor Parquet
 */
export async function readHead(path: string, like?: FileHead): Promise<FileHead> {
  if (/\.(parquet|pq)$/i.test(path)) return readParquetHead(path);
  const blocks: Buffer[] = [];
  let size = 0;
  for await (const block of plainBytes(path)) {
    blocks.push(block);
    size += block.length;
    if (size > HEAD) break;
  }
  const bytes = Buffer.concat(blocks).subarray(0, HEAD);
  if (bytes.length === 0) throw new ChurnError("BAD_INPUT", `${path} is empty`, { hint: "is it the right file?" });
  const { letters, encoding } = decode(bytes);
  const what = encoding === "utf-16" ? undefined : strangeBeginning(bytes);
  if (what)
    throw new ChurnError("BAD_INPUT", `${path} is ${what}, not text in cells`, { hint: "export it as CSV in UTF-8" });
  const lines = letters.split(/\r\n|\n|\r/);
  if (size > HEAD) lines.pop();
  else if (lines.at(-1) === "") lines.pop();
  const shape = findShape(lines);
  if (like && like.header !== shape.header) {
    return { ...like, encoding, bytesPerRow: bytes.length / Math.max(lines.length, 1) };
  }
  if (shape.columns.length < 2) {
    throw new ChurnError(
      "BAD_INPUT",
      `${path} has one column only, or its cells are divided by something else than , ; tab or |`,
      {
        hint: "a log has a column of the subscriber and one of the day at least",
      },
    );
  }
  const twice = shape.columns.find((name, at) => name !== "" && shape.columns.indexOf(name) < at);
  if (twice !== undefined) {
    throw new ChurnError("BAD_INPUT", `${path} has two columns ${JSON.stringify(twice)}`, {
      hint: "rename one of them",
    });
  }
  return {
    format: "csv",
    encoding,
    ...shape,
    columns: shape.columns.map((name) => ({ name, type: "VARCHAR" })),
    bytesPerRow: bytes.length / Math.max(lines.length - 1, 1),
  };
}

async function readParquetHead(path: string): Promise<FileHead> {
  return inMemory(async (db) => {
    const columns = await db
      .rows<{ column_name: string; column_type: string }>(`DESCRIBE FROM ${parquetRows(path)}`)
      .catch((cause: unknown) => {
        throw new ChurnError("BAD_INPUT", `${path} cannot be read as Parquet: ${messageOf(cause).split("\n")[0]}`, {
          cause,
        });
      });
    const { rows } = await db.oneRow<{ rows: number }>(`SELECT count(*) AS rows FROM ${parquetRows(path)}`);
    return {
      format: "parquet",
      encoding: "utf-8",
      delimiter: ",",
      skip: 0,
      header: true,
      columns: columns.map(({ column_name, column_type }) => ({ name: column_name, type: column_type })),
      bytesPerRow: 100,
      rows,
    };
  });
}

/** The letters of the beginning of a text: UTF-16 UTF-8, or else Windows-1252, of which Latin-1 is a part. */
function decode(bytes: Buffer): { letters: string; encoding: TextEncoding } {
  const utf16 = utf16Of(bytes);
  if (utf16) return { letters: new TextDecoder(utf16).decode(bytes, { stream: true }), encoding: "utf-16" };
  try {
    return { letters: new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true }), encoding: "utf-8" };
  } catch {
    return { letters: new TextDecoder("windows-1252").decode(bytes), encoding: "windows-1252" };
  }
}
