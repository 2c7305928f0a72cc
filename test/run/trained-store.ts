import { join } from "node:path";
import { configure, type Settings, type SettingsInput } from "../../src/config/configure.js";
import { download } from "../../src/download/download.js";
import { buildFeatures } from "../../src/features/build-features.js";
import { load } from "../../src/load/load.js";
import { openStore, type Store } from "../../src/store/open-store.js";
import { train } from "../../src/training/train.js";

/** Settings of a job on a small sample, with a small model, all in one folder. */
export function smallJob(folder: string, options: SettingsInput): Settings {
  return configure(
    {
      source: "sample:?subscribers=250&days=90",
      data_dir: folder,
      output_dir: folder,
      store: { path: join(folder, "churn.duckdb") },
      train: { engine: "forest", num_trees: [20], max_depth: [5], bootstrap_rounds: 20, permutation_repeats: 1 },
      ...options,
    },
    { env: {} },
  );
}

/** A store with the sample of a small job and its model in service: where the later stages begin. */
export async function trainedStore(settings: Settings): Promise<Store> {
  const store = openStore(settings.store);
  await download(settings.download);
  await load(store, settings.load);
  await buildFeatures(store, settings.features);
  await train(store, settings.train);
  return store;
}
