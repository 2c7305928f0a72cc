import { readFileSync } from "node:fs";
import { closestMatch } from "../core/closest-match.js";
import { ChurnError } from "../core/errors.js";
import { faultCode, messageOf } from "../core/fault.js";
import type { OptionSet } from "../core/option-set.js";

// biome-ignore lint/suspicious/noExplicitAny: a section is held by its name; its types are in the map of sections
export type AnyOptionSet = OptionSet<any, any>;
export type SectionMap = Readonly<Record<string, AnyOptionSet>>;

/** A value that a user gave, and where: "churn.config.json", "CHURN_HORIZON", "--horizon". */
export interface LayeredValue {
  section: string;
  key: string;
  value: unknown;
  where: string;
  /** Folder that a relative path in the value starts from. */
  base: string;
}

/**
 * Reads one layer of settings: sections, and keys beside them that go to every section that has such an option.
 *
 * @param raw the object as written by the user
 * @throws ChurnError BAD_CONFIG for an unknown key, with the nearest valid one
 */
export function readLayer(raw: unknown, sections: SectionMap, where: string, base: string): LayeredValue[] {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
    throw new ChurnError("BAD_CONFIG", `${where} must be an object of options, not ${JSON.stringify(raw)}`);
  }
  const flat: LayeredValue[] = [];
  const own: LayeredValue[] = [];
  for (const [key, value] of Object.entries(raw)) {
    if (key === "$schema" || value === undefined) continue;
    const section = Object.hasOwn(sections, key) ? sections[key] : undefined;
    if (key === "store" && typeof value === "string") {
      flat.push({ section: key, key: "url", value, where, base });
      continue;
    }
    if (section && typeof value === "object" && value !== null && !Array.isArray(value)) {
      for (const [option, each] of Object.entries(value)) {
        if (each === undefined) continue;
        if (!section.fields.some((field) => field.key === option))
          throw unknownKey(`${key}.${option}`, sections, where);
        own.push({ section: key, key: option, value: each, where, base });
      }
      continue;
    }
    const holders = holdersOf(key, sections);
    if (!holders.length) throw unknownKey(key, sections, where);
    for (const holder of holders) flat.push({ section: holder, key, value, where, base });
  }
  return [...flat, ...own];
}

/** The sections that have an option of this name. */
export function holdersOf(key: string, sections: SectionMap): string[] {
  return Object.keys(sections).filter((name) => sections[name]?.fields.some((field) => field.key === key));
}

/** Reads a JSON file of settings. */
export function readConfigFile(path: string): unknown {
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch (cause) {
    const reason = faultCode(cause) === "ENOENT" ? "no such file" : messageOf(cause);
    throw new ChurnError("BAD_CONFIG", `config ${path} cannot be read: ${reason}`, { cause });
  }
  try {
    return JSON.parse(content);
  } catch (cause) {
    throw new ChurnError("BAD_CONFIG", `config ${path} is not JSON: ${messageOf(cause)}${lineOf(content, cause)}`, {
      cause,
    });
  }
}

/** Variables that begin with CHURN_ but are not options of a stage. */
const RESERVED =
  /^CHURN_(CONFIG|ROOT|KERNEL_\w+|MYSQL_PASSWORD|MYSQL_PASSWORD_FILE|SERVICE_TOKEN|TEST_\w+|SECRET_\w+)$/;

/** Reads options from the environment: `CHURN_<SECTION>_<OPTION>`, or `CHURN_<OPTION>` for every section that has it. */
export function readEnvironment(env: NodeJS.ProcessEnv, sections: SectionMap, base: string): LayeredValue[] {
  const names = new Map<string, [section: string, key: string][]>();
  for (const [section, { fields }] of Object.entries(sections)) {
    for (const { key } of fields) {
      const flat = `CHURN_${key.toUpperCase()}`;
      names.set(flat, [...(names.get(flat) ?? []), [section, key]]);
    }
  }
  for (const [section, { fields }] of Object.entries(sections)) {
    for (const { key } of fields) names.set(`CHURN_${section.toUpperCase()}_${key.toUpperCase()}`, [[section, key]]);
  }
  // the address of a store is what a person means by "the store"
  names.set("CHURN_STORE", [["store", "url"]]);
  const given: (LayeredValue & { targets: number })[] = [];
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith("CHURN_") || RESERVED.test(name) || text === undefined || text === "") continue;
    const targets = names.get(name);
    if (!targets) {
      const near = closestMatch(name, names.keys());
      throw new ChurnError("BAD_CONFIG", `unknown option ${name} in the environment`, {
        hint: near ? `did you mean ${near}?` : "see churn --help for the options",
      });
    }
    for (const [section, key] of targets) {
      const value = sections[section].fromText(key, text);
      given.push({ section, key, value, where: name, base, targets: targets.length });
    }
  }
  // the name with a section wins over the name without
  return given.sort((a, b) => b.targets - a.targets);
}

function unknownKey(key: string, sections: SectionMap, where: string): ChurnError {
  const all = Object.entries(sections).flatMap(([name, { fields }]) => [
    name,
    ...fields.flatMap((field) => [field.key, `${name}.${field.key}`]),
  ]);
  const near = closestMatch(key, all);
  return new ChurnError("BAD_CONFIG", `unknown option ${JSON.stringify(key)} in ${where}`, {
    hint: near ? `did you mean ${JSON.stringify(near)}?` : `the sections are ${Object.keys(sections).join(", ")}`,
  });
}

function lineOf(content: string, cause: unknown): string {
  const position = /position (\d+)/.exec(String(cause))?.[1];
  return position && !/line \d/.test(String(cause))
    ? ` (line ${content.slice(0, Number(position)).split("\n").length})`
    : "";
}
