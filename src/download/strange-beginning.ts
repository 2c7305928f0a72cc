/** Beginnings of files that are no text, and where they stand. */
const BEGINNINGS: readonly [name: string, bytes: string, at?: number][] = [
  ["gzip", "\x1f\x8b"],
  ["Parquet", "PAR1"],
  ["a zip archive or an Excel workbook", "PK\x03\x04"],
  ["an empty zip archive", "PK\x05\x06"],
  ["an old Excel workbook", "\xd0\xcf\x11\xe0"],
  ["packed by zstd", "\x28\xb5\x2f\xfd"],
  ["packed by bzip2", "BZh"],
  ["packed by xz", "\xfd7zXZ\0"],
  ["a 7-Zip archive", "7z\xbc\xaf\x27\x1c"],
  ["a tar archive", "ustar", 257],
  ["an SQLite database", "SQLite format 3\0"],
  ["a DuckDB database", "DUCK", 8],
  ["a PDF document", "%PDF-"],
  ["Avro", "Obj\x01"],
  ["ORC", "ORC"],
  ["Arrow", "ARROW1\0"],
];

/** What a file is that does not begin as a text of rows does; undefined for one that does. */
export function strangeBeginning(head: Buffer): string | undefined {
  const start = head.subarray(0, 300).toString("latin1");
  const known = BEGINNINGS.find(([, bytes, at = 0]) => start.startsWith(bytes, at));
  if (known) return known[0];
  if (/^(\xef\xbb\xbf)?\s*<(!doctype|html|\?xml)/i.test(start)) return "a web page or XML";
  if (/^(\xef\xbb\xbf)?\s*(\{\s*["}]|\[\s*[[{])/.test(start)) return "JSON";
  return head.subarray(0, 4096).includes(0) ? "binary" : undefined;
}
