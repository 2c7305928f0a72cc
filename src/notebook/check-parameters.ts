import { inspect } from "node:util";
import { closestMatch } from "../core/closest-match.js";
import { ChurnError } from "../core/errors.js";
import { fitValue } from "./fit-value.js";
import { fromText } from "./parameter-text.js";
import { takes } from "./parameter-type.js";
import { isRounded } from "./parse-json-exact.js";
import type { NotebookParameter } from "./read-parameters.js";
import { MASK } from "./secrets.js";

/** A value as a user gave it: as text of a flag, or as it stood in a file. */
export type GivenValue = { text: string } | { value: unknown };

/**
 * Checks values against what a notebook declares.
 *
 * @param declared undefined when the notebook has no cell tagged `parameters`
 * @returns the values ready for the cell, in the order of the declarations
 * @throws ChurnError BAD_OPTION naming the parameter, what it takes, and the nearest name
 */
export function checkParameters(
  declared: NotebookParameter[] | undefined,
  given: Record<string, GivenValue>,
  notebook: string,
): Record<string, unknown> {
  const names = Object.keys(given);
  if (names.length === 0) return {};
  if (!declared) {
    throw new ChurnError("BAD_OPTION", `${notebook} takes no parameters, ${names.map(quote).join(", ")} given`, {
      hint: 'tag the cell that declares them "parameters"',
    });
  }
  for (const name of names) {
    if (declared.some((parameter) => parameter.name === name)) continue;
    const known = declared.map((parameter) => parameter.name);
    const near = closestMatch(name, known);
    throw new ChurnError("BAD_OPTION", `unknown parameter ${quote(name)} of ${notebook}`, {
      hint: near ? `did you mean ${quote(near)}?` : `it takes ${known.length ? known.map(quote).join(", ") : "none"}`,
    });
  }
  const values: Record<string, unknown> = {};
  for (const parameter of declared) {
    const one = given[parameter.name];
    if (!one) continue;
    const fitted = "text" in one ? fromText(parameter.type, one.text) : fitValue(parameter.type, one.value);
    if (!fitted) throw wrongValue(parameter, one, notebook);
    values[parameter.name] = fitted.value;
  }
  return values;
}

function wrongValue(parameter: NotebookParameter, given: GivenValue, notebook: string): ChurnError {
  const shown = parameter.isSecret ? MASK : "text" in given ? JSON.stringify(given.text) : inspect(given.value);
  const message = `parameter ${quote(parameter.name)} of ${notebook} is ${shown}, it takes ${takes(parameter.type)}`;
  const hint = wrongValueHint(parameter, given);
  return new ChurnError("BAD_OPTION", message, hint ? { hint } : {});
}

function wrongValueHint({ type, isSecret, name }: NotebookParameter, given: GivenValue): string | undefined {
  if (isSecret) return undefined;
  const text = "text" in given ? given.text : inspect(given.value, { depth: null });
  if (text.match(/\d{16,}/g)?.some(isRounded)) {
    return `a number is exact up to ${Number.MAX_SAFE_INTEGER}: declare ${name} as bigint or as string`;
  }
  const choices = type.kind === "union" ? type.of : [];
  const texts = choices.flatMap((choice) =>
    choice.kind === "literal" || choice.kind === "member" ? [String(choice.value)] : [],
  );
  const near = closestMatch(text.replace(/^'|'$/g, ""), texts);
  return near ? `did you mean ${quote(near)}?` : undefined;
}

const quote = (name: string) => JSON.stringify(name);
