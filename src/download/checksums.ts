import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { crc32c } from "./gs/crc32c.js";

/** Checksums of a whole file as a server declares them, in base64; null where it declares none. */
export interface DeclaredChecksums {
  crc32c: string | null;
  md5: string | null;
}

/** Checks the bytes of a file, as they come, against the checksums of the server. */
export class Checksums {
  #crc = 0;
  #md5 = createHash("md5");

  update(bytes: Uint8Array): void {
    this.#crc = crc32c(bytes, this.#crc);
    this.#md5.update(bytes);
  }

  /** Takes the bytes that a file has already; `check` may throw to stop. */
  async updateFromFile(path: string, end: number, check: () => void): Promise<void> {
    if (end === 0) return;
    const blocks: AsyncIterable<Buffer> = createReadStream(path, { end: end - 1, highWaterMark: 1 << 18 });
    for await (const block of blocks) {
      check();
      this.update(block);
    }
  }

  /** The first difference in words, or undefined when there is none. Ends the computation. */
  difference(declared: DeclaredChecksums): string | undefined {
    const crc = Buffer.alloc(4);
    crc.writeUInt32BE(this.#crc);
    const own = { crc32c: crc.toString("base64"), md5: this.#md5.digest("base64") };
    for (const kind of ["crc32c", "md5"] as const) {
      const said = declared[kind];
      if (said && said !== own[kind]) return `its ${kind} is ${own[kind]}, the server says ${said}`;
    }
    return undefined;
  }
}

/** Checksums in the header `x-goog-hash`, which Cloud Storage sends with its https:// URLs too. */
export function fromGoogHash(header: string | string[] | undefined): DeclaredChecksums {
  const text = [header ?? ""].flat().join(",");
  const find = (kind: string) => new RegExp(`(?:^|[,\\s])${kind}=([A-Za-z0-9+/]+=*)`).exec(text)?.[1] ?? null;
  return { crc32c: find("crc32c"), md5: find("md5") };
}
