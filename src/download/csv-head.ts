import { ChurnError } from "../core/errors.js";
import { detectDelimiter } from "./detect-delimiter.js";
import { type GuessedType, guessType } from "./guess-type.js";
import { splitLine } from "./split-line.js";

/** A column of a file: its name, and its type as far as the first rows show. */
export interface ManifestColumn {
  name: string;
  type: GuessedType;
}

/** Bytes of the beginning of a CSV file that its columns are read from. */
export const HEAD_BYTES = 1 << 18;

/**
 * Delimiter and columns of a CSV file, from its beginning.
 *
 * @param head the first `HEAD_BYTES` of the file, or all of it
 * @param whole true when head is all of it
 * @throws ChurnError BAD_INPUT when this is not the beginning of a CSV file
 */
export function csvHead(head: Buffer, whole: boolean, shown: string): { delimiter: string; columns: ManifestColumn[] } {
  const bad = (fault: string, hint: string) => new ChurnError("BAD_INPUT", `${shown} ${fault}`, { hint });
  const what = strangeBeginning(head);
  if (what) throw bad(`is ${what}, not CSV`, "convert it to CSV in UTF-8, or give it the name of what it is");

  const lines = decode(head).split(/\r*\n/);
  // the last line may be cut off, in the middle of a letter even
  if (!whole) lines.pop();
  const header = lines[0];
  if (header === undefined) throw bad(`has no line end in its first ${HEAD_BYTES} bytes`, "is it CSV?");
  if (header === "")
    throw bad("has an empty first line; it must name the columns", "remove the empty lines at the top");
  if (/\r[^\r]/.test(header)) throw bad("ends its lines in CR alone", "convert the line ends to LF or CR LF");

  const delimiter = detectDelimiter(header);
  const rows = lines.slice(1, 1001).map((line) => splitLine(line, delimiter));
  const columns = splitLine(header, delimiter).map((name, index) => ({
    name,
    type: guessType(rows.map((cells) => cells[index] ?? "")),
  }));
  return { delimiter, columns };
}

const BEGINNINGS: readonly [name: string, bytes: number[]][] = [
  ["gzip", [0x1f, 0x8b]],
  ["Parquet", [0x50, 0x41, 0x52, 0x31]],
  ["a zip archive or an Excel workbook", [0x50, 0x4b, 0x03, 0x04]],
  ["an old Excel workbook", [0xd0, 0xcf, 0x11, 0xe0]],
  ["UTF-16 text", [0xff, 0xfe]],
  ["UTF-16 text", [0xfe, 0xff]],
];

/** What a file is that does not begin as CSV does. */
function strangeBeginning(head: Buffer): string | undefined {
  const known = BEGINNINGS.find(([, bytes]) => bytes.every((byte, index) => head[index] === byte));
  if (known) return known[0];
  if (/^\s*<(!doctype|html|\?xml)/i.test(head.subarray(0, 100).toString("latin1"))) return "a web page or XML";
  return head.subarray(0, 4096).includes(0) ? "binary" : undefined;
}

/** Reads UTF-8, or Windows-1252, of which Latin-1 is a part, where it is not UTF-8. */
function decode(head: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
  } catch {
    return new TextDecoder("windows-1252").decode(head);
  }
}
