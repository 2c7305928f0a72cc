import { ChurnError } from "../core/errors.js";
import type { SampleSettings } from "./sample-options.js";

/** The CSV text of a sample, in blocks; the generator is loaded when it is asked for. */
export function generateSample(settings: SampleSettings): AsyncIterable<string> {
  throw new ChurnError("DOWNLOAD_FAILED", `no generator for ${JSON.stringify(settings)}`);
}
