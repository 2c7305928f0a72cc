import { closestMatch } from "../core/closest-match.js";
import { ChurnError } from "../core/errors.js";
import { fitValue, fromText, takes } from "./parameter-type.js";
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
  const shown = parameter.isSecret ? MASK : JSON.stringify("text" in given ? given.text : given.value);
  const choices = parameter.type.kind === "union" ? parameter.type.of : [];
  const texts = choices.flatMap((type) => (type.kind === "literal" ? [String(type.value)] : []));
  const near = parameter.isSecret ? undefined : closestMatch("text" in given ? given.text : String(given.value), texts);
  const message = `parameter ${quote(parameter.name)} of ${notebook} is ${shown}, it takes ${takes(parameter.type)}`;
  return new ChurnError("BAD_OPTION", message, near ? { hint: `did you mean ${quote(near)}?` } : {});
}

const quote = (name: string) => JSON.stringify(name);
