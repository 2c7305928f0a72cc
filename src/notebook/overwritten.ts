/** What a terminal would show: after a carriage return the line is written again. */
export function overwritten(text: string): string {
  if (!text.includes("\r")) return text;
  return text
    .split(/(?<=\n)/)
    .map((line) => line.replace(/\r+\n$/, "\n").replace(/^.*\r(?=.)/s, ""))
    .join("");
}
