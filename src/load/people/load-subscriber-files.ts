import type { StageContext } from "../../core/progress.js";
import type { Store } from "../../store/open-store.js";
import type { LoadSettings } from "../options.js";
import { type LoadedAttributes, loadAttributes } from "./load-attributes.js";
import { type LoadedLeavers, loadLeavers } from "./load-leavers.js";
import { findSubscriberFile, type SubscriberFile } from "./subscriber-rows.js";

/** What the files beside the log brought; null for one that the settings do not name. */
export interface LoadedSubscriberFiles {
  /** What subscribers are: plan, region, day of joining. */
  attributes: LoadedAttributes | null;
  /** Who left, and when. */
  leavers: LoadedLeavers | null;
}

type Settings = Pick<LoadSettings, "attributes" | "churned" | "data_dir" | "max_rejects" | "id_form">;

/** The files beside the log that the settings name. */
export interface SubscriberFiles {
  attributes: SubscriberFile | null;
  churned: SubscriberFile | null;
}

/**
 * Finds the files beside the log: before the log is read, which takes its time.
 *
 * @throws ChurnError NOT_FOUND
 */
export async function findSubscriberFiles({ attributes, churned, data_dir }: Settings): Promise<SubscriberFiles> {
  return {
    attributes: attributes && (await findSubscriberFile(attributes.source, data_dir, "load.attributes.source")),
    churned: churned && (await findSubscriberFile(churned.source, data_dir, "load.churned.source")),
  };
}

/** Loads them, after the log: what they say of subscribers is compared with it. */
export async function loadSubscriberFiles(
  store: Store,
  files: SubscriberFiles,
  settings: Settings,
  context: StageContext,
): Promise<LoadedSubscriberFiles> {
  const { attributes, churned } = settings;
  const leavingDay = files.attributes?.path === files.churned?.path ? churned?.day : undefined;
  return {
    attributes:
      attributes && files.attributes
        ? await loadAttributes(store, files.attributes, attributes, { ...settings, leavingDay }, context)
        : null,
    leavers: churned && files.churned ? await loadLeavers(store, files.churned, churned, settings, context) : null,
  };
}
