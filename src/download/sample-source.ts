import { open } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Gzip } from "fflate";
import { ChurnError } from "../core/errors.js";
import { type FileType, fileType } from "./file-type.js";
import { throwIfInterrupted } from "./interrupted.js";
import { progressMeter } from "./progress-meter.js";
import { generateSample } from "./sample-adapter.js";
import { type SampleSettings, sampleOptions } from "./sample-options.js";
import { shortHash } from "./short-hash.js";
import type { Source } from "./source.js";

const TYPE: FileType = fileType("sample.csv.gz", "");

/** Records made by the seeded generator; the same parameters give the same file, byte by byte. */
export function sampleSource(text: string, dataDir: string): Source {
  const settings = parseSampleSource(text);
  const name = `sample-${shortHash(JSON.stringify(settings))}.csv.gz`;
  return {
    text,
    shown: text,
    file: resolve(join(dataDir, name)),
    type: TYPE,
    manifest: `${name}.manifest.json`,
    async write(part, _before, context) {
      const report = progressMeter(context, "make sample", "bytes");
      const file = await open(part, "w");
      try {
        let packed: Uint8Array[] = [];
        let done = 0;
        // zlib's bytes differ from version to version and between processors; these do not
        const gzip = new Gzip({ level: 1, mtime: 0 }, (bytes) => packed.push(bytes));
        for await (const block of sameSize(generateSample(settings))) {
          throwIfInterrupted(context.signal, `the sample ${text}`);
          gzip.push(block.bytes, block.last);
          for (const bytes of packed) await file.writeFile(bytes);
          packed = [];
          done += block.bytes.length;
          report(done);
        }
        await file.sync();
      } finally {
        await file.close();
      }
      return { etag: null, last_modified: null };
    },
  };
}

/**
 * Reads the parameters of a source `sample:?subscribers=5000&days=120&seed=1&scenario=none`; each may be left out.
 *
 * @throws ChurnError BAD_OPTION naming the parameter, its value, and the nearest valid one
 */
export function parseSampleSource(text: string): SampleSettings {
  const rest = text.replace(/^sample:(\/\/)?/, "");
  if (rest !== "" && !rest.startsWith("?")) {
    throw new ChurnError(
      "BAD_OPTION",
      `cannot read the source ${text}: after "sample:" comes nothing, or "?" and parameters`,
      {
        hint: `sample:?${rest.includes("=") ? rest : "subscribers=5000&days=120"}`,
      },
    );
  }
  const given: Record<string, unknown> = {};
  for (const [key, value] of new URLSearchParams(rest)) {
    if (key in given) throw new ChurnError("BAD_OPTION", `the parameter ${key} stands twice in ${text}`);
    given[key] = sampleOptions.fields.some((field) => field.key === key) ? sampleOptions.fromText(key, value) : value;
  }
  return sampleOptions.parse(given, text);
}

/** Cuts text into blocks of one size, since what is packed depends on where the blocks end. */
async function* sameSize(
  texts: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<{ bytes: Uint8Array; last: boolean }> {
  const size = 1 << 18;
  let held: Buffer[] = [];
  let length = 0;
  for await (const text of texts) {
    held.push(Buffer.from(text));
    length += (held.at(-1) as Buffer).length;
    if (length < size) continue;
    const all = Buffer.concat(held);
    let from = 0;
    for (; all.length - from >= size; from += size) yield { bytes: all.subarray(from, from + size), last: false };
    held = [all.subarray(from)];
    length = all.length - from;
  }
  yield { bytes: Buffer.concat(held), last: true };
}
