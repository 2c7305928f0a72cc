const DELIMITERS = [",", ";", "\t", "|"];

/** The delimiter of a header line: the one of comma, semicolon, tab and bar that stands most often outside quotes. */
export function detectDelimiter(header: string): string {
  const bare = header.replace(/"(?:[^"]|"")*"/g, "");
  const counts = DELIMITERS.map((delimiter) => bare.split(delimiter).length - 1);
  return DELIMITERS[counts.indexOf(Math.max(...counts))];
}
