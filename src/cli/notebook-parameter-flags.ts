import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { Command } from "commander";
import { ChurnError } from "../core/errors.js";
import { messageOf } from "../core/fault.js";
import { parseYamlExact } from "../core/parse-yaml.js";
import { utf8Text } from "../core/utf8-text.js";

/** The flags by which a notebook gets its parameters, as papermill has them. */
export interface ParameterFlags {
  parameters: string[];
  parametersRaw: string[];
  parametersFile: string[];
  parametersYaml: string[];
}

/** A command that takes papermill's `-p name value` beside `-p name=value`, whatever the value begins with. */
export class ParameterCommand extends Command {
  override parseOptions(args: string[]) {
    return super.parseOptions(joinPairs(args));
  }
}

function joinPairs(args: string[]): string[] {
  const joined: string[] = [];
  for (let i = 0; i < args.length; i++) {
    joined.push(args[i]);
    if (!/^(-p|-r|--parameters|--parameters-raw)$/.test(args[i])) continue;
    const [name, value] = args.slice(i + 1, i + 3);
    if (value === undefined || !/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)) continue;
    joined.push(`${name}=${value}`);
    i += 2;
  }
  return joined;
}

/** Parameters from all flags; what is nearer to the command wins: -p over -r over -y over -f. */
export async function parametersOf(
  flags: ParameterFlags,
): Promise<{ parameters: Record<string, unknown>; parameterTexts: Record<string, string> }> {
  // without a prototype: "__proto__" is a wrong name as any other
  const parameters: Record<string, unknown> = Object.create(null);
  for (const file of flags.parametersFile) {
    const bytes = await readFile(file).catch((cause) => {
      throw new ChurnError("BAD_USAGE", `cannot read the parameters in ${file}`, { cause });
    });
    const text = utf8Text(bytes);
    if (text === undefined) throw new ChurnError("BAD_USAGE", `the parameters in ${file} are not UTF-8`);
    Object.assign(parameters, yamlObject(text, basename(file)));
  }
  for (const yaml of flags.parametersYaml) Object.assign(parameters, yamlObject(yaml, "-y"));
  for (const one of flags.parametersRaw) {
    const [name, value] = pair(one, "-r");
    parameters[name] = value;
  }
  const parameterTexts: Record<string, string> = Object.create(null);
  for (const one of flags.parameters) {
    const [name, value] = pair(one, "-p");
    parameterTexts[name] = value;
  }
  return { parameters, parameterTexts };
}

function pair(text: string, flag: string): [string, string] {
  const at = text.indexOf("=");
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new ChurnError("BAD_USAGE", `${flag} ${text} has no value`, { hint: `${flag} ${text}=…` });
}

function yamlObject(text: string, source: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = parseYamlExact(text);
  } catch (cause) {
    throw new ChurnError("BAD_USAGE", `the parameters in ${source} are not YAML: ${messageOf(cause)}`, {
      cause,
    });
  }
  // a file that a scheduler writes may have none
  if (value === null || value === undefined) return {};
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ChurnError("BAD_USAGE", `the parameters in ${source} are not names with values`);
}
