import { isDeepStrictEqual } from "node:util";
import { ChurnError } from "../core/errors.js";
import { checkParameters, type GivenValue } from "./check-parameters.js";
import { environmentSecrets } from "./environment-secrets.js";
import { injectParameters } from "./inject-parameters.js";
import { type Notebook, type NotebookCell, readNotebook } from "./notebook.js";
import { type NotebookParameter, readParameters } from "./read-parameters.js";
import { planResume } from "./resume-plan.js";
import type { RunNotebookOptions } from "./run-options.js";
import { forgetRun, openRecord } from "./run-record.js";
import { isWord, MASK, masker } from "./secrets.js";

/** A notebook with its parameters in place. */
export interface PreparedRun {
  notebook: Notebook;
  /** Sources that differ from those that are kept: they hold secrets. */
  sources: Map<NotebookCell, string>;
  mask: (text: string) => string;
  /** Cells that keep the outputs of an earlier run. */
  kept: Set<NotebookCell>;
  /** What a reader should know of the parameters. */
  notes: string[];
}

/** Whether a run is given any parameter, as a value or as a text. */
export function hasParameters({ parameters, parameterTexts }: RunNotebookOptions): boolean {
  return Object.keys({ ...parameters, ...parameterTexts }).length > 0;
}

/** Puts parameters into a notebook, opens its record, and finds which cells keep their outputs. */
export async function prepareRun(
  notebook: Notebook,
  input: string,
  output: string,
  options: RunNotebookOptions,
): Promise<PreparedRun> {
  const declared = readParameters(notebook);
  const values = checkParameters(declared, givenValues(options, declared ?? []), input);
  forgetRun(notebook);
  const injected = injectParameters(notebook, values, declared);
  if (options.report) {
    for (const cell of notebook.cells) {
      if (cell.cell_type === "code") cell.metadata.jupyter = { ...cell.metadata.jupyter, source_hidden: true };
    }
  }
  const secrets = (declared ?? []).filter(({ isSecret }) => isSecret);
  const hide = (shown: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(shown).map(([name, value]) => [
        name,
        secrets.some((s) => s.name === name) ? MASK : recorded(value),
      ]),
    );
  const defaults = Object.fromEntries(
    (declared ?? []).flatMap((parameter) => ("default" in parameter ? [[parameter.name, parameter.default]] : [])),
  );
  openRecord(notebook, { input, output, parameters: hide(values), defaults: hide(defaults) });
  const hidden = secrets.flatMap(({ name, ...parameter }) => [values[name], parameter.default]).filter(Boolean);
  const mask = masker([...hidden, ...environmentSecrets({ ...process.env, ...options.env })]);
  const resumes = options.resume || options.fromCell !== undefined;
  const kept = resumes
    ? planResume(notebook, await readNotebook(output), options.fromCell, mask)
    : new Set<NotebookCell>();
  return {
    notebook,
    kept,
    notes: [
      ...(declared ?? []).flatMap((parameter) => lateNote(parameter, values)),
      ...secrets.filter(({ name }) => isWord(values[name])).map(({ name }) => shortNote(name)),
    ],
    sources: new Map(injected ? [[injected.cell, injected.source]] : []),
    mask,
  };
}

const shortNote = (name: string): string =>
  `the secret ${name} is a word of a few letters, which is masked only where it stands alone; if it is no secret, declare it as NotSecret (type NotSecret = string)`;

/** What the parameters' own cell computes has been computed when the given values come. */
function lateNote({ name, usedBy, ...parameter }: NotebookParameter, values: Record<string, unknown>): string[] {
  if (!(name in values) || usedBy.length === 0 || isDeepStrictEqual(values[name], parameter.default)) return [];
  const uses = usedBy.join(", ");
  return [
    `the parameters cell uses ${name} itself, before the given value comes (${uses}): that keeps the default; move it to a cell below`,
  ];
}

/** A value as JSON can hold it: a bigint becomes the text of its source. */
function recorded(value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (Array.isArray(value)) return value.map(recorded);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, recorded(inner)]));
}

function givenValues(options: RunNotebookOptions, declared: NotebookParameter[]): Record<string, GivenValue> {
  const given: Record<string, GivenValue> = Object.create(null);
  for (const { name, isSecret } of declared) {
    const text = process.env[`CHURN_SECRET_${name.toUpperCase()}`];
    if (isSecret && text !== undefined) given[name] = { text };
  }
  for (const [name, value] of Object.entries(options.parameters ?? {}))
    if (value !== undefined) given[name] = { value };
  for (const [name, text] of Object.entries(options.parameterTexts ?? {})) given[name] = { text };
  return given;
}

/** @throws ChurnError BAD_INPUT for a notebook that asks for another kernel than this */
export function checkKernel({ metadata }: Notebook, path: string): void {
  const name = metadata.kernelspec?.name;
  // what a notebook's code was in before it got this kernel counts where the kernelspec says nothing
  const before = name === "tslab" ? undefined : metadata.language_info?.name;
  const language = metadata.kernelspec?.language ?? before ?? "typescript";
  if ((name === undefined || name === "tslab") && /^typescript$/i.test(language)) return;
  throw new ChurnError("BAD_INPUT", `unknown kernel ${JSON.stringify(name ?? language)} in ${path}`, {
    hint: 'this runner has the kernel "tslab"; choose it in Jupyter Lab and save the notebook',
  });
}
