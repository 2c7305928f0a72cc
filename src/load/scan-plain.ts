import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";

/** What a plain file is like: one whose cells are cut at the delimiter, and nothing else. */
export interface PlainScan {
  header: string;
  /** Lines after the header. */
  lines: number;
}

const NEWLINE = 10;

/**
 * Looks through a file for what makes the cutting of cells hard: quotes and carriage returns.
 *
 * @returns undefined when there is any, or no header line at all
 */
export async function scanPlain(path: string): Promise<PlainScan | undefined> {
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  const bytes = path.endsWith(".gz") ? file.pipe(createGunzip({ chunkSize: 1 << 18 })) : file;
  file.on("error", (error) => bytes.destroy(error));
  let newlines = 0;
  let last = NEWLINE;
  let header = "";
  let inHeader = true;
  try {
    for await (const block of bytes as AsyncIterable<Buffer>) {
      if (block.includes(34) || block.includes(13)) return undefined;
      if (inHeader) {
        const end = block.indexOf(NEWLINE);
        header += block.toString("utf8", 0, end < 0 ? block.length : end);
        inHeader = end < 0;
        if (header.length > 65536) return undefined;
      }
      for (let i = 0; i < block.length; i++) if (block[i] === NEWLINE) newlines++;
      last = block[block.length - 1] as number;
    }
  } finally {
    file.destroy();
  }
  if (inHeader || !header) return undefined;
  return { header, lines: newlines - 1 + (last === NEWLINE ? 0 : 1) };
}
