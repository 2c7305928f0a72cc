import { open } from "node:fs/promises";
import { join, resolve } from "node:path";
import { sampleCsv } from "../cdr/sample/sample-csv.js";
import { SAMPLE_VERSION } from "../cdr/sample/sample-options.js";
import { parseSampleSource as sampleOptions } from "../cdr/sample/sample-source.js";
import { throwIfInterrupted } from "../core/interrupted.js";
import { gzipPieces } from "./gzip-pieces.js";
import { progressMeter } from "./progress-meter.js";
import { shortHash } from "./short-hash.js";
import { NO_VALIDATORS, type Source } from "./source.js";

/**
 * Records made by the seeded generator; the same parameters give the same file, byte by byte, on any machine.
 *
 * @param text `sample:?subscribers=…&days=…`
 * @throws ChurnError BAD_OPTION naming the parameter
 */
export function parseSampleSource(text: string, dataDir: string): Source {
  const options = sampleOptions(text);
  const { subscribers, seed, scenario, from, to } = options;
  // without a scenario its day changes nothing
  const scenarioDay = scenario === "none" ? null : options.scenarioDay;
  const key = JSON.stringify([SAMPLE_VERSION, subscribers, seed, scenario, scenarioDay, from, to]);
  const name = `sample-${shortHash(key)}.csv.gz`;
  return {
    text,
    shown: text,
    file: resolve(join(dataDir, name)),
    type: { format: "csv", gzip: true, ending: ".csv.gz" },
    manifest: `${name}.manifest.json`,
    async write(partial, _before, _settings, context) {
      const days = to - from + 1;
      const report = progressMeter(context, "make sample", "days", days);
      const file = await open(partial, "w");
      try {
        // the first piece is the header
        let done = -1;
        for (const packed of gzipPieces(sampleCsv(options))) {
          throwIfInterrupted(context.signal, text);
          await file.writeFile(packed);
          report(Math.min(++done, days));
        }
        await file.sync();
      } finally {
        await file.close();
      }
      return { ...NO_VALIDATORS, packed: false };
    },
  };
}
