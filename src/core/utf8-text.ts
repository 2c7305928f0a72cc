/** Bytes as text without a mark of order; undefined when they are not UTF-8, which Node would fill with U+FFFD. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
