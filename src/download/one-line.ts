/** A text from elsewhere as an error may quote it: one line of printable characters, not too long. */
export function oneLine(text: string, longest = 240): string {
  const plain = text.replace(/[^\x20-\x7e\u00a0-\uffff]+/g, " ").trim();
  return plain.length > longest ? `${plain.slice(0, longest)}…` : plain;
}
