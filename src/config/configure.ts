import { callListOptions, campaignOptions } from "../campaign/options.js";
import type { InputOf, SettingsOf } from "../core/option-set.js";
import { downloadOptions } from "../download/options.js";
import { edaOptions } from "../eda/options.js";
import { featureOptions } from "../features/options.js";
import { loadOptions } from "../load/options.js";
import { scoreOptions } from "../scoring/options.js";
import { serveOptions } from "../service/options.js";
import { storeOptions } from "../store/options.js";
import { streamOptions } from "../stream/options.js";
import { trainOptions } from "../training/options.js";
import { monitorOptions } from "../watch/options.js";
import { type LayeredValue, readLayer } from "./layer.js";
import { resolveSettings, type SettingsOrigin, type ValueInForce } from "./resolve-settings.js";
import { runOptions } from "./run-options.js";

/** Every section of the settings, by name: one definition for config file, environment, flags, notebooks and documents. */
export const SECTIONS = {
  store: storeOptions,
  download: downloadOptions,
  load: loadOptions,
  stream: streamOptions,
  eda: edaOptions,
  features: featureOptions,
  train: trainOptions,
  score: scoreOptions,
  call_list: callListOptions,
  campaign: campaignOptions,
  monitor: monitorOptions,
  serve: serveOptions,
  run: runOptions,
};

type Sections = typeof SECTIONS;

/** What a caller may set: options by section, or beside the sections for each one that has them. */
export type SettingsInput = { [Name in keyof Sections]?: InputOf<Sections[Name]> } & { [option: string]: unknown };

/** The settings of every stage, checked, defaults filled in, paths absolute. */
export type Settings = { [Name in keyof Sections]: SettingsOf<Sections[Name]> } & {
  /** Folder of the project: the nearest one above that has a `churn.config.json`. */
  root: string;
  /** The config file that was read, or null. */
  file: string | null;
  /** Every value in force and where it came from. */
  values: ValueInForce[];
};

/**
 * Reads the settings: defaults, then the config file, the environment (prefix `CHURN_`), and what is given here; later wins.
 *
 * @param given options by section, or flat; `config` names a config file; undefined values count as not given
 * @throws ChurnError BAD_CONFIG or BAD_OPTION naming the key, the value, and the nearest valid one
 * @example
 * const settings = configure({ config: "data/cdnow.config.json", features: { horizon: 60 } });
 */
export function configure(
  given: SettingsInput & { config?: string | undefined } = {},
  origin: SettingsOrigin = {},
): Settings {
  const { config, ...options } = given;
  return settingsOf((root) => readLayer(options, SECTIONS, "the call", root), {
    ...origin,
    config: config ?? origin.config,
  });
}

/** The same from values that have a place of their own each, as flags have. */
export function settingsOf(given: (root: string) => LayeredValue[], origin: SettingsOrigin): Settings {
  const { root, file, sections, values } = resolveSettings(SECTIONS, given, origin);
  return { ...(sections as unknown as Pick<Settings, keyof Sections>), root, file, values };
}
