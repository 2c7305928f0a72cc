/** Marks a text that was a whole number; no text of a user begins so. */
const MARK = "\u0000whole number ";

/**
 * Reads JSON; whole numbers beyond 2^53, which a number would round, become bigints.
 *
 * @throws SyntaxError as `JSON.parse`
 */
export function parseJsonExact(text: string): unknown {
  JSON.parse(text);
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) =>
    isRounded(token) ? JSON.stringify(MARK + token) : token,
  );
  return JSON.parse(marked, (_, value) =>
    typeof value === "string" && value.startsWith(MARK) ? BigInt(value.slice(MARK.length)) : value,
  );
}

/** Whether a text is a whole number that a number of JavaScript does not hold: those beyond 2^53. */
export function isRounded(text: string): boolean {
  return /^[+-]?\d+$/.test(text) && !Number.isSafeInteger(Number(text));
}
