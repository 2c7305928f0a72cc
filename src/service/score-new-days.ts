import { ChurnError } from "../core/errors.js";
import { buildFeatures } from "../features/build-features.js";
import type { FeatureSettings } from "../features/options.js";
import type { ScoreSettings } from "../scoring/options.js";
import { score } from "../scoring/score.js";
import type { Store } from "../store/open-store.js";

/** What is no fault of a service that waits for its first data. */
const NOT_YET = ["NO_DATA", "NOT_FOUND", "NOT_FITTED"];

/**
 * Gives a function that builds features and scores, when a day has come in since the last time that it was called.
 *
 * Without data, or without a model, it does nothing. While a stream runs its last day may be there in part, and no snapshot
 * looks back on it: one that did would tell of a drop that never was.
 */
export function scoreNewDays(
  store: Store,
  settings: { features: FeatureSettings; score: ScoreSettings },
): () => Promise<void> {
  let seen: string | undefined;
  return async () => {
    const isRunning = (await store.streamHolder()) !== null;
    const found = await store.lease((db) =>
      db.row<{ day: string | null }>("SELECT CAST(max(last_day) AS VARCHAR) AS day FROM batches"),
    );
    if (!found?.day) return;
    const state = `${found.day} ${isRunning}`;
    if (state === seen) return;
    try {
      await buildFeatures(store, isRunning ? upTo(found.day, settings.features) : settings.features);
      await score(store, settings.score);
    } catch (error) {
      if (!(error instanceof ChurnError && NOT_YET.includes(error.code))) throw error;
    }
    seen = state;
  };
}

/** The settings with no snapshot after a day. */
function upTo(day: string, features: FeatureSettings): FeatureSettings {
  return features.end_date && features.end_date < day ? features : { ...features, end_date: day };
}
