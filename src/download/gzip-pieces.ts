import { Gzip } from "fflate";

/** Bytes that are packed at a time: what comes out depends on it. */
const BLOCK = 1 << 17;

/**
 * Packs bytes by gzip: for each piece that comes, what is packed by then, and in the end the rest.
 *
 * The same bytes give the same file on every machine, however they are cut. zlib does not: what it packs differs from
 * version to version, and between processors.
 */
export function* gzipPieces(pieces: Iterable<Uint8Array>): Generator<Uint8Array, void, undefined> {
  let packed: Uint8Array[] = [];
  const gzip = new Gzip({ level: 1, mtime: 0 }, (bytes) => packed.push(bytes));
  const block = new Uint8Array(BLOCK);
  let filled = 0;
  for (const piece of pieces) {
    for (let from = 0; from < piece.length; ) {
      const size = Math.min(BLOCK - filled, piece.length - from);
      block.set(piece.subarray(from, from + size), filled);
      filled += size;
      from += size;
      if (filled < BLOCK) continue;
      gzip.push(block.slice());
      filled = 0;
    }
    yield Buffer.concat(packed);
    packed = [];
  }
  gzip.push(block.slice(0, filled), true);
  yield Buffer.concat(packed);
}
