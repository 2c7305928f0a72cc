import { ChurnError } from "../core/errors.js";
import type { Source } from "./source.js";

/** A Google Cloud Storage object: its place is here, it is not built yet. */
export function gsSource(text: string): Source {
  throw new ChurnError("BAD_OPTION", `cannot download ${text}: gs:// is not built yet`, {
    hint: `gcloud storage cp ${text} data/ and then --source data/…, or give a signed https:// URL of the object`,
  });
}
