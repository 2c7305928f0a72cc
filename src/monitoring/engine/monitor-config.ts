import { closestMatch } from "../../core/closest-match.js";
import { ChurnError } from "../../core/errors.js";
import { CONFIG_SECTIONS, type ConfigSection, type MonitorConfig } from "./config-sections.js";

/**
 * Checks a configuration as it comes from a file: every key must be known, and every value must be one that it takes.
 *
 * A section that is `false` or null is left out, `true` is one with its defaults; a key that is null counts as left out.
 *
 * @throws ChurnError BAD_CONFIG or BAD_OPTION naming the key, what it takes, and the nearest valid word
 */
export function monitorConfig(raw: unknown): MonitorConfig {
  const whole = object(raw, "the configuration");
  for (const key of Object.keys(whole)) if (!CONFIG_SECTIONS.has(key)) throw unknownSection(key);
  const entries = [...CONFIG_SECTIONS].flatMap(([name, section]): [string, unknown][] => {
    const value = whole[name];
    if (value === undefined || value === null) return [];
    // what runs without being named can be turned off
    if (value === false) return BY_DEFAULT.has(name) ? [[name, false]] : [];
    return [[name, sectionOf(section, value === true ? {} : object(value, `"${name}"`))]];
  });
  return Object.fromEntries(entries);
}

/** Sections that run beside others without being named; `false` turns them off. */
const BY_DEFAULT: ReadonlySet<string> = new Set(["source", "calibration"]);

/** A configuration with the sections that run without being named: sources beside columns, calibration beside labels. */
export function withDefaults(config: MonitorConfig): MonitorConfig {
  const { univariate, missing, range, stats, realized, cbpe } = config;
  const names = [missing, univariate, stats, range].find((each) => each?.column_names)?.column_names;
  const columns = univariate ?? missing ?? range ?? stats;
  return {
    ...config,
    ...(realized && cbpe && config.calibration === undefined ? { calibration: {} } : {}),
    ...(columns && config.source === undefined ? { source: names ? { column_names: names } : {} } : {}),
  };
}

function sectionOf({ options, otherNames = {}, normalize }: ConfigSection, raw: Readonly<Record<string, unknown>>) {
  const given = Object.fromEntries(
    Object.entries(raw)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([key, value]) => [otherNames[key] ?? key, value]),
  );
  const ours = normalize?.(given) ?? given;
  // a check only: what is left out stays so, and keys stay in their order
  options.parse(ours);
  return ours;
}

function object(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ChurnError("BAD_CONFIG", `${where} is not an object: ${JSON.stringify(value)}`);
  }
  return value as Readonly<Record<string, unknown>>;
}

function unknownSection(key: string): ChurnError {
  const names = [...CONFIG_SECTIONS.keys()];
  const near = closestMatch(key, names);
  return new ChurnError("BAD_CONFIG", `unknown key ${JSON.stringify(key)} in the configuration`, {
    hint: near ? `did you mean ${JSON.stringify(near)}?` : `it takes ${names.join(", ")}`,
  });
}
