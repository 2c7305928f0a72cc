import { isUtf8 } from "node:buffer";
import { plainBytes } from "./gunzipped.js";
import type { TextEncoding } from "./reader-options.js";

/**
 * Whether a text begins as UTF-16 does: by its mark, or since every second byte of plain letters is 0.
 *
 * @returns the order of its bytes; undefined where it is something else
 */
export function utf16Of(head: Buffer): "utf-16le" | "utf-16be" | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  const start = head.subarray(0, 256);
  const pairs = start.length >> 1;
  if (pairs < 4) return undefined;
  let [low, high] = [0, 0];
  for (let i = 0; i < 2 * pairs; i += 2) {
    if (start[i + 1] === 0 && start[i] >= 9) low++;
    if (start[i] === 0 && start[i + 1] >= 9) high++;
  }
  return low > 0.9 * pairs ? "utf-16le" : high > 0.9 * pairs ? "utf-16be" : undefined;
}

/**
 * The bytes of a text, those of UTF-16 as UTF-8; all else as it is.
 *
 * @param told called once with what it is, before the first block is given
 */
export async function* utf8Bytes(
  blocks: AsyncIterable<Buffer>,
  told?: (encoding: "utf-16" | undefined) => void,
): AsyncGenerator<Buffer> {
  let decoder: TextDecoder | undefined;
  let begun = false;
  for await (const block of blocks) {
    if (!begun) {
      begun = true;
      const utf16 = utf16Of(block);
      told?.(utf16 && "utf-16");
      if (utf16) decoder = new TextDecoder(utf16);
    }
    yield decoder ? Buffer.from(decoder.decode(block, { stream: true })) : block;
  }
}

/** Looks whether bytes that come in blocks are UTF-8. */
export class Utf8Check {
  #rest = Buffer.alloc(0);
  #isUtf8 = true;

  push(block: Buffer): void {
    if (!this.#isUtf8) return;
    const bytes = this.#rest.length ? Buffer.concat([this.#rest, block]) : block;
    const whole = bytes.length - cutLetter(bytes);
    this.#isUtf8 = isUtf8(bytes.subarray(0, whole));
    this.#rest = Buffer.from(bytes.subarray(whole));
  }

  /** Whether all of them are. */
  get ok(): boolean {
    return this.#isUtf8 && this.#rest.length === 0;
  }
}

/** In which letters a text file is written; what is no UTF-8 is Latin-1, or Windows-1252 where it has letters that Latin-1 has not. */
export async function findEncoding(path: string): Promise<TextEncoding> {
  const utf8 = new Utf8Check();
  let isLatin = true;
  let begun = false;
  for await (const block of plainBytes(path)) {
    if (!begun && utf16Of(block)) return "utf-16";
    begun = true;
    utf8.push(block);
    for (let i = 0; isLatin && i < block.length; i++) if (block[i] >= 0x80 && block[i] < 0xa0) isLatin = false;
  }
  return utf8.ok ? "utf-8" : isLatin ? "latin-1" : "windows-1252";
}

/** How many bytes at the end are the beginning of a letter that is cut off. */
function cutLetter(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}
