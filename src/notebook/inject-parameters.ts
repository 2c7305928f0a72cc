import { randomUUID } from "node:crypto";
import { NamedValue } from "./fit-value.js";
import { hasTag, type Notebook, type NotebookCell, splitLines } from "./notebook.js";
import type { NotebookParameter } from "./read-parameters.js";
import { MASK } from "./secrets.js";

/**
 * Puts a cell with values after the cell tagged `parameters`, as papermill does; a cell that an earlier run put there
 * is replaced. Values keep the declared types, so that the later cells are checked as before.
 *
 * @returns the source to run when it differs from the source to keep, which has no secrets
 */
export function injectParameters(
  notebook: Notebook,
  parameters: Record<string, unknown>,
  declared: NotebookParameter[] = [],
): { cell: NotebookCell; source: string } | undefined {
  const names = Object.keys(parameters);
  const before = notebook.cells.findIndex((cell) => hasTag(cell, "injected-parameters"));
  const after = notebook.cells.findIndex((cell) => hasTag(cell, "parameters"));
  if (names.length === 0) {
    if (before >= 0) notebook.cells.splice(before, 1);
    return undefined;
  }
  const source = (hidesSecrets: boolean) =>
    ["// Parameters", ...names.map((name) => declaration(name, parameters[name], declared, hidesSecrets))].join("\n");
  const cell: NotebookCell = {
    cell_type: "code",
    ...(notebook.nbformat_minor >= 5 ? { id: randomUUID().slice(0, 8) } : {}),
    metadata: { tags: ["injected-parameters"] },
    source: splitLines(source(true)),
    outputs: [],
    execution_count: null,
  };
  if (before >= 0) notebook.cells.splice(before, 1, cell);
  else notebook.cells.splice(after + 1, 0, cell);
  return { cell, source: source(false) };
}

function declaration(name: string, value: unknown, declared: NotebookParameter[], hidesSecrets: boolean): string {
  const parameter = declared.find((candidate) => candidate.name === name);
  const type = parameter?.annotation ? `: ${parameter.annotation}` : "";
  const shown = hidesSecrets && parameter?.isSecret ? JSON.stringify(MASK) : literal(value);
  return `${parameter?.keyword ?? "const"} ${name}${type} = ${shown};`;
}

/** A value as TypeScript source. */
function literal(value: unknown): string {
  if (value === undefined) return "undefined";
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  if (value instanceof NamedValue) return value.name;
  if (value instanceof Date) return `new Date(${JSON.stringify(value.toISOString())})`;
  if (typeof value === "number" && !Number.isFinite(value)) {
    return Number.isNaN(value) ? "Number.NaN" : `Number.${value > 0 ? "POSITIVE" : "NEGATIVE"}_INFINITY`;
  }
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).map(([key, field]) => `${propertyName(key)}: ${literal(field)}`);
    return fields.length ? `{ ${fields.join(", ")} }` : "{}";
  }
  return quoted(value);
}

/** `__proto__` by itself would be no property. */
const propertyName = (key: string): string => (key === "__proto__" ? '["__proto__"]' : quoted(key));

function quoted(value: unknown): string {
  // U+2028 and U+2029 are line ends in the eyes of some readers of source
  return JSON.stringify(value).replace(/[\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
}
