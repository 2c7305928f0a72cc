import { randomUUID } from "node:crypto";
import { hasTag, linesOf, type Notebook, type NotebookCell } from "./notebook.js";

/**
 * Puts a cell with values after the cell tagged `parameters`, as papermill does; a cell that an earlier run put there
 * is replaced. Without a `parameters` cell it comes first.
 */
export function injectParameters(notebook: Notebook, parameters: Record<string, unknown>): void {
  const names = Object.keys(parameters);
  const before = notebook.cells.findIndex((cell) => hasTag(cell, "injected-parameters"));
  const after = notebook.cells.findIndex((cell) => hasTag(cell, "parameters"));
  if (names.length === 0) {
    if (before >= 0) notebook.cells.splice(before, 1);
    return;
  }
  const lines = names.map((name) => `const ${name} = ${literal(parameters[name])};`);
  const cell: NotebookCell = {
    cell_type: "code",
    ...(notebook.nbformat_minor >= 5 ? { id: randomUUID().slice(0, 8) } : {}),
    metadata: { tags: ["injected-parameters"] },
    source: linesOf(["// Parameters", ...lines].join("\n")),
    outputs: [],
    execution_count: null,
  };
  if (before >= 0) notebook.cells.splice(before, 1, cell);
  else notebook.cells.splice(after + 1, 0, cell);
}

/** A value as TypeScript source. */
export function literal(value: unknown): string {
  if (value === undefined) return "undefined";
  if (typeof value === "number" && !Number.isFinite(value))
    return String(value)
      .replace("Infinity", "Number.POSITIVE_INFINITY")
      .replace(/^-Number.POSITIVE/, "Number.NEGATIVE")
      .replace("NaN", "Number.NaN");
  if (value instanceof Date) return `new Date(${JSON.stringify(value.toISOString())})`;
  return JSON.stringify(value);
}
