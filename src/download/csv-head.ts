import { ChurnError } from "../core/errors.js";
import { detectDelimiter } from "./detect-delimiter.js";
import { type GuessedType, guessType } from "./guess-type.js";
import { AUTO_READER, type ReaderSettings, type TextForm } from "./reader-options.js";
import { splitLine } from "./split-line.js";
import { strangeBeginning } from "./strange-beginning.js";

/** A column of a file: its name, and its type as far as the first rows show. */
export interface ManifestColumn {
  name: string;
  type: GuessedType;
}

/** Bytes of the beginning of a CSV file that its columns are read from. */
export const HEAD_BYTES = 1 << 18;

/** What the beginning of a CSV file says of it. */
export interface CsvHead extends Omit<TextForm, "encoding"> {
  columns: ManifestColumn[];
  /** Lines above the rows that are not blank: those that are skipped, and the header. */
  above: number;
}

/**
 * Delimiter and columns of a CSV file, from its beginning.
 *
 * @param head the first `HEAD_BYTES` of the file, or all of it, in UTF-8 or Windows-1252
 * @param whole true when head is all of it
 * @throws ChurnError BAD_INPUT when this is not the beginning of a CSV file
 */
export function csvHead(head: Buffer, whole: boolean, shown: string, reader: ReaderSettings = AUTO_READER): CsvHead {
  const bad = (fault: string, hint: string) => new ChurnError("BAD_INPUT", `${shown} ${fault}`, { hint });
  const what = strangeBeginning(head);
  if (what) throw bad(`is ${what}, not CSV`, "convert it to CSV in UTF-8, or give it the name of what it is");

  const lines = decode(head).split(/\r*\n/);
  // the last line may be cut off, in the middle of a letter even
  if (!whole) lines.pop();
  const separator = /^sep=(.)$/i.exec(lines[reader.skip] ?? "")?.[1];
  const skip = reader.skip + (separator ? 1 : 0);
  const first = lines[skip];
  if (first === undefined) {
    if (reader.skip > 0) throw bad(`has no line after the ${reader.skip} that are skipped`, "lower reader.skip");
    throw bad(`has no line end in its first ${HEAD_BYTES} bytes`, "is it CSV?");
  }
  if (first === "" && reader.header) {
    const empty = lines.slice(skip).findIndex((line) => line !== "");
    throw bad(
      `has an empty ${skip ? `line ${skip + 1}` : "first line"}; it must name the columns`,
      empty > 0
        ? `remove the empty lines at the top, or pass over them: --reader skip=${skip + empty}`
        : "look into the file",
    );
  }
  if (/\r[^\r]/.test(first)) throw bad("ends its lines in CR alone", "convert the line ends to LF or CR LF");

  const delimiter = reader.delimiter === "auto" ? (separator ?? detectDelimiter(first)) : reader.delimiter;
  const cells = lines.slice(reader.header ? skip + 1 : skip, skip + 1001).map((line) => splitLine(line, delimiter));
  const names = splitLine(first, delimiter).map((name, index) => (reader.header ? name : `c${index + 1}`));
  const columns = names.map((name, index) => ({ name, type: guessType(cells.map((row) => row[index] ?? "")) }));
  const above = lines.slice(0, reader.header ? skip + 1 : skip).filter((line) => line !== "").length;
  return { delimiter, header: reader.header, skip, columns, above };
}

/** Reads UTF-8, or Windows-1252, of which Latin-1 is a part, where it is not UTF-8. */
function decode(head: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
  } catch {
    return new TextDecoder("windows-1252").decode(head);
  }
}
