import { once } from "node:events";
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";

/**
 * Unpacks what gzip packed, of one member or several. Zero bytes behind the last one are passed over, as `gzip -t` does: tapes and
 * block devices leave them. All packed bytes are read, for whoever counts or hashes them on the way.
 */
export async function* gunzipped(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  let ended = false;
  gunzip.once("end", () => {
    ended = true;
  });
  const feed = async () => {
    for await (const block of packed) {
      if (ended || gunzip.destroyed || gunzip.write(block)) continue;
      // behind its end zlib takes no more, and never says that it could
      const heard = new AbortController();
      await Promise.race(["drain", "end", "close"].map((event) => once(gunzip, event, heard)));
      heard.abort();
    }
    if (!ended && !gunzip.destroyed) gunzip.end();
  };
  const feeding = feed();
  feeding.catch((error: Error) => gunzip.destroy(error));
  try {
    yield* gunzip as AsyncIterable<Buffer>;
    await feeding;
  } finally {
    gunzip.destroy();
  }
}

/** The bytes of a file, unpacked where its name ends in `.gz`, in any capitals. */
export async function* plainBytes(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  try {
    yield* (/\.gz$/i.test(path) ? gunzipped(file) : file) as AsyncIterable<Buffer>;
  } finally {
    file.destroy();
  }
}
