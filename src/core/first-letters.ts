/** The beginning of a text, at most `most` UTF-16 units long; no character is cut in its middle. */
export function firstLetters(text: string, most: number): string {
  if (text.length <= most) return text;
  // the first half of a character that needs two
  const isHalf = /[\ud800-\udbff]/.test(text[most - 1] ?? "");
  return text.slice(0, isHalf ? most - 1 : most);
}
