/** The names in a header line; names may stand in quotes. */
export function splitHeader(line: string, delimiter: string): string[] {
  const names: string[] = [];
  let word = "";
  let inQuotes = false;
  for (const char of line) {
    if (char === '"') inQuotes = !inQuotes;
    else if (char === delimiter && !inQuotes) {
      names.push(word.trim());
      word = "";
    } else word += char;
  }
  names.push(word.trim());
  return names;
}
