import { createHash } from "node:crypto";

/** Ten hexadecimal digits that stand for a text in the name of a file. */
export function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 10);
}
