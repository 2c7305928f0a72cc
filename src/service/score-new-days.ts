import { ChurnError } from "../core/errors.js";
import { buildFeatures } from "../features/build-features.js";
import type { FeatureSettings } from "../features/options.js";
import type { ScoreSettings } from "../scoring/options.js";
import { score } from "../scoring/score.js";
import type { Store } from "../store/open-store.js";

/** Errors that are expected while a service waits for its first data. */
const NOT_YET = ["NO_DATA", "NOT_FOUND"];

/**
 * Gives a function that builds features and scores, when a day has come in since the last time that it was called.
 *
 * Without data, or without a model, it does nothing.
 */
export function scoreNewDays(
  store: Store,
  settings: { features: FeatureSettings; score: ScoreSettings },
): () => Promise<void> {
  let seen: string | undefined;
  return async () => {
    const found = await store.lease((db) =>
      db.row<{ day: string | null }>("SELECT CAST(max(last_day) AS VARCHAR) AS day FROM batches"),
    );
    if (!found?.day || found.day === seen) return;
    try {
      await buildFeatures(store, settings.features);
      await score(store, settings.score);
    } catch (error) {
      if (!(error instanceof ChurnError && NOT_YET.includes(error.code))) throw error;
    }
    seen = found.day;
  };
}
