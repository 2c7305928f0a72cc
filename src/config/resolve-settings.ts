import { existsSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { type LayeredValue, readConfigFile, readEnvironment, readLayer, type SectionMap } from "./layer.js";

/** Options that name a file or folder. */
const PATHS = new Set([
  "store.path",
  "source",
  "data_dir",
  "key_file",
  "plan_file",
  "output_dir",
  "notebooks_dir",
  "input",
  "output",
  "control_output",
  "alert_file",
]);

/** Options that are objects with a source of their own. */
const WITH_SOURCE = new Set(["load.attributes", "load.churned"]);

/** One value in force, and where it came from. */
export interface ValueInForce {
  section: string;
  key: string;
  value: unknown;
  /** "default", a file, an environment variable or a flag. */
  from: string;
}

/** Where settings are looked for. */
export interface SettingsOrigin {
  /** Config file; by default CHURN_CONFIG, else `churn.config.json` of the project, where there is one. */
  config?: string | undefined;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
}

/** The settings of every section, checked, with absolute paths; and where each value came from. */
export interface ResolvedSettings {
  root: string;
  /** The config file that was read, or null. */
  file: string | null;
  sections: Record<string, Record<string, unknown>>;
  values: ValueInForce[];
}

/**
 * Puts the layers together, later ones winning: defaults, config file, environment, then what the caller gives.
 *
 * A relative path in the config file starts from that file's folder, a default from the project's root, and a given one
 * from `base` (the root, or the current folder for flags).
 */
export function resolveSettings(
  sections: SectionMap,
  given: (root: string) => LayeredValue[],
  origin: SettingsOrigin = {},
): ResolvedSettings {
  const env = origin.env ?? process.env;
  const cwd = origin.cwd ?? process.cwd();
  const root = env.CHURN_ROOT ? resolve(cwd, env.CHURN_ROOT) : findRoot(cwd);
  const named = origin.config || env.CHURN_CONFIG;
  const own = join(root, "churn.config.json");
  const file = named ? findFile(named, cwd, root) : existsSync(own) ? own : null;

  const layers = [
    ...(file ? readLayer(readConfigFile(file), sections, file, dirname(file)) : []),
    ...readEnvironment(env, sections, cwd),
    ...given(root),
  ];
  const last = new Map(layers.map((value) => [`${value.section}.${value.key}`, value]));
  const values: ValueInForce[] = [];
  const result: ResolvedSettings["sections"] = {};
  for (const [name, section] of Object.entries(sections)) {
    const raw: Record<string, unknown> = {};
    for (const value of last.values()) if (value.section === name) raw[value.key] = value.value;
    const wheres = [...last.values()].filter((value) => value.section === name).map((value) => value.where);
    const settings = section.parse(raw, [...new Set(wheres)].reverse().join(", ")) as Record<string, unknown>;
    for (const [key, value] of Object.entries(settings)) {
      const from = last.get(`${name}.${key}`);
      settings[key] = isPath(name, key)
        ? absolute(value, from?.base ?? root)
        : withSource(`${name}.${key}`, value, from?.base ?? root);
      values.push({ section: name, key, value: settings[key], from: from?.where ?? "default" });
    }
    result[name] = settings;
  }
  return { root, file, sections: result, values };
}

function isPath(section: string, key: string): boolean {
  return PATHS.has(key) || PATHS.has(`${section}.${key}`);
}

function withSource(option: string, value: unknown, base: string): unknown {
  if (!WITH_SOURCE.has(option) || typeof value !== "object" || value === null || !("source" in value)) return value;
  return { ...value, source: absolute(value.source, base) };
}

function absolute(value: unknown, base: string): unknown {
  if (Array.isArray(value)) return value.map((each) => absolute(each, base));
  const list = typeof value === "string" && value.startsWith("[") ? listOf(value) : undefined;
  if (list) return absolute(list, base);
  if (typeof value !== "string" || value === "" || isAbsolute(value) || /^[a-z][a-z0-9+]*:/i.test(value)) return value;
  return resolve(base, value);
}

/** A list of sources that was given as text: `["a.csv","b.csv"]`; undefined for a path that begins with a bracket. */
function listOf(text: string): string[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.length && list.every((each) => typeof each === "string") ? list : undefined;
  } catch {
    return undefined;
  }
}

/** A named config file: from the current folder, or else from the project's root (a notebook runs in its own folder). */
function findFile(name: string, cwd: string, root: string): string {
  const here = resolve(cwd, name);
  return !existsSync(here) && existsSync(resolve(root, name)) ? resolve(root, name) : here;
}

/** The nearest folder above that holds a `churn.config.json`; the current one when none does. */
function findRoot(cwd: string): string {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "churn.config.json"))) return folder;
    if (folder === dirname(folder)) return cwd;
  }
}
