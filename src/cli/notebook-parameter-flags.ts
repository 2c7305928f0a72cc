import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Command } from "commander";
import { ChurnError } from "../core/errors.js";
import { messageOf } from "../core/fault.js";
import { parseYaml } from "../core/parse-yaml.js";

/** The flags by which a notebook gets its parameters, as papermill has them. */
export interface ParameterFlags {
  parameters: string[];
  parametersRaw: string[];
  parametersFile: string[];
  parametersYaml: string[];
}

/** Parameters from all flags; what is nearer to the command wins: -p over -r over -y over -f. */
export async function parametersOf(
  flags: ParameterFlags,
  command: Command,
): Promise<{ parameters: Record<string, unknown>; parameterTexts: Record<string, string> }> {
  // without a prototype: "__proto__" is a wrong name as any other
  const parameters: Record<string, unknown> = Object.create(null);
  for (const file of flags.parametersFile) {
    const text = await readFile(file, "utf8").catch((cause) => {
      throw new ChurnError("BAD_USAGE", `cannot read the parameters in ${file}`, { cause });
    });
    Object.assign(parameters, yamlObject(text, basename(file)));
  }
  for (const yaml of flags.parametersYaml) Object.assign(parameters, yamlObject(yaml, "-y"));
  const excess = command.args.slice(2);
  for (const one of flags.parametersRaw) {
    const [name, value] = pair(one, excess, "-r");
    parameters[name] = value;
  }
  const parameterTexts: Record<string, string> = Object.create(null);
  for (const one of flags.parameters) {
    const [name, value] = pair(one, excess, "-p");
    parameterTexts[name] = value;
  }
  if (excess.length > 0) throw new ChurnError("BAD_USAGE", `too many arguments: ${excess.join(" ")}`);
  return { parameters, parameterTexts };
}

/** `name=value`, or papermill's `-p name value` after the two paths. */
function pair(text: string, excess: string[], flag: string): [string, string] {
  const at = text.indexOf("=");
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  const value = excess.shift();
  if (value === undefined)
    throw new ChurnError("BAD_USAGE", `${flag} ${text} has no value`, { hint: `${flag} ${text}=…` });
  return [text, value];
}

function yamlObject(text: string, source: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch (cause) {
    throw new ChurnError("BAD_USAGE", `the parameters in ${source} are not YAML: ${messageOf(cause)}`, {
      cause,
    });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ChurnError("BAD_USAGE", `the parameters in ${source} are not names with values`);
}
