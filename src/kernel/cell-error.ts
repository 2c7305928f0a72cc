import { inspect } from "node:util";
import { firstLetters } from "../core/first-letters.js";
import { type CompiledCell, cellName } from "./compiled-cell.js";
import type { Diagnostic } from "./tslab.js";

/** Content of a Jupyter `error` message. */
export interface CellError {
  ename: string;
  evalue: string;
  traceback: string[];
}

/** Finds a compiled cell by its name in stack traces. */
export type FindCell = (name: string) => CompiledCell | undefined;

/** A frame of a cell as `readableStacks` has written it. */
const CELL_FRAME = /\(?cell \[(\d+)\], line (\d+):(\d+)\)?$/;

const NODE_FRAME = /\bnode:[a-z]/;

/** What a cell threw, in lines of the cell. */
export function runtimeError(error: unknown, find: FindCell): CellError {
  if (!isErrorLike(error)) {
    const text = typeof error === "string" ? error : inspect(error);
    return limited({ ename: "Thrown", evalue: text, traceback: [`Thrown: ${text}`] });
  }
  const { name, message } = error;
  const ename = String(name || "Error");
  const evalue = String(message ?? "");
  const stack = typeof error.stack === "string" ? error.stack : "";
  const frames: string[] = [];
  let excerpt: string | undefined;
  for (const line of stack.split("\n")) {
    if (!/^\s+at /.test(line) || NODE_FRAME.test(line)) continue;
    frames.push(line);
    const [, count, row, column] = CELL_FRAME.exec(line) ?? [];
    const cell = count === undefined || excerpt !== undefined ? undefined : find(cellName(Number(count)));
    if (cell) excerpt = codeFrame(cell.source, Number(row), Number(column));
  }
  const traceback = [`${ename}: ${evalue}`];
  if (excerpt) traceback.push(excerpt);
  traceback.push(...frames.slice(0, 20));
  const { errors } = error;
  if (Array.isArray(errors)) {
    for (const one of errors.slice(0, 10)) traceback.push(`one of ${errors.length}: ${inOneLine(one)}`);
  }
  let { cause } = error;
  for (let depth = 0; cause !== undefined && depth < 5; depth++) {
    traceback.push(`caused by: ${inOneLine(cause)}`);
    cause = isErrorLike(cause) ? cause.cause : undefined;
  }
  return limited({ ename, evalue, traceback });
}

/** Characters of an error that are shown, as for other outputs a reader has to open. */
const LONGEST = 2 ** 16;

function limited({ ename, evalue, traceback }: CellError): CellError {
  return { ename: cut(ename), evalue: cut(evalue), traceback: traceback.map(cut) };
}

function cut(text: string): string {
  const shown = firstLetters(text, LONGEST);
  return shown === text ? text : `${shown}\n[cut: ${text.length - shown.length} more characters]`;
}

/** What the compiler found wrong with a cell: every fault with its line and a caret below it. */
export function compileError(diagnostics: Diagnostic[], source: string, count: number): CellError {
  const first = diagnostics[0];
  const where = (d: Diagnostic) => `${d.fileName ? `${d.fileName} ` : ""}${d.start.line + 1}:${d.start.character + 1}`;
  const traceback = [`TypeScriptError in cell [${count}]`];
  let last = "";
  for (const d of diagnostics) {
    const at = where(d);
    // a chain of messages comes as several faults at one place
    if (at === last) traceback.push(`  ${d.messageText}`);
    else {
      traceback.push(`${at} - TS${d.code}: ${d.messageText}`);
      if (!d.fileName) {
        traceback.push(codeFrame(source, d.start.line + 1, d.start.character + 1, d.end.offset - d.start.offset));
      }
    }
    last = at;
  }
  // the compiler follows no more branches than so many, and says so at the head of the cell
  if (diagnostics.some(({ code }) => code === 2563))
    traceback.push("split the cell: it has too many branches at its top level");
  const more = new Set(diagnostics.map(where)).size - 1;
  const rest = more > 0 ? ` (and ${more} more)` : "";
  return {
    ename: "TypeScriptError",
    evalue: cut(`${where(first)} - ${first.messageText}${rest}`),
    traceback: traceback.map(cut),
  };
}

/** Characters of a long line on either side of the fault. */
const AROUND = 150;

/** The line at fault with one line before it, numbered, and a caret below. */
function codeFrame(source: string, line: number, column: number, length = 1): string {
  const lines = source.split("\n");
  const width = String(line).length;
  // of a line that nobody can read to its end, what is around the fault
  const from = Math.max(0, column - 1 - AROUND);
  const part = (text: string) => {
    const begin = firstLetters(text.slice(from), 2 * AROUND);
    return text.length <= 2 * AROUND
      ? text
      : `${from > 0 ? "…" : ""}${begin}${from + begin.length < text.length ? "…" : ""}`;
  };
  const numbered = (n: number) =>
    `${n === line ? ">" : " "} ${String(n).padStart(width)} | ${part(lines[n - 1] ?? "")}`;
  const text = lines[line - 1] ?? "";
  const isCut = text.length > 2 * AROUND;
  const room = (isCut ? Math.min(text.length, from + 2 * AROUND) : text.length) - column + 1;
  const marks = "^".repeat(Math.max(1, Math.min(length, room)));
  const start = isCut ? from : 0;
  const before = (isCut && from > 0 ? " " : "") + text.slice(start, column - 1).replace(/[^\t]/g, " ");
  const caret = `  ${" ".repeat(width)} | ${before}${marks}`;
  return [...(line > 1 ? [numbered(line - 1)] : []), numbered(line), caret].join("\n");
}

interface ErrorLike {
  name: string;
  message: string;
  stack?: string;
  cause?: unknown;
  /** Those of an AggregateError. */
  errors?: unknown;
}

function inOneLine(error: unknown): string {
  return isErrorLike(error) ? `${error.name}: ${error.message}` : inspect(error);
}

/** Errors of another realm or library are not `instanceof Error`; what looks like one is one. */
function isErrorLike(value: unknown): value is ErrorLike {
  return (
    value instanceof Error || (typeof value === "object" && value !== null && "message" in value && "stack" in value)
  );
}
