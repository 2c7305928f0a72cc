import { inspect } from "node:util";
import type { CompiledCell } from "./compiler.js";
import type { Diagnostic } from "./tslab.js";

/** Content of a Jupyter `error` message. */
export interface CellError {
  ename: string;
  evalue: string;
  traceback: string[];
}

/** Finds a compiled cell by its name in stack traces. */
export type FindCell = (name: string) => CompiledCell | undefined;

const CELL_FRAME = /(cell-(\d+)\.ts):(\d+):(\d+)/;

/** Frames of the kernel itself and of the module that runs cells; they say nothing about the user's code. */
const OUR_FRAME =
  /\bnode:[a-z]|\/tslab\/dist\/|\/kernel\/(session|kernel|main|output|display|mime-bundle)\.[jt]s|evalmachine/;

/** What a cell threw, in lines of the cell. */
export function runtimeError(error: unknown, find: FindCell): CellError {
  if (!isErrorLike(error)) {
    const text = typeof error === "string" ? error : inspect(error);
    return { ename: "Thrown", evalue: text, traceback: [`Thrown: ${text}`] };
  }
  const { name, message } = error;
  const ename = String(name || "Error");
  const evalue = String(message ?? "");
  const stack = typeof error.stack === "string" ? error.stack : "";
  const frames: string[] = [];
  let excerpt: string | undefined;
  for (const line of stack.split("\n")) {
    if (!/^\s+at /.test(line)) continue;
    const match = CELL_FRAME.exec(line);
    if (!match) {
      if (!OUR_FRAME.test(line)) frames.push(line);
      continue;
    }
    const cell = find(match[1]);
    const at = cell?.find(Number(match[3]), Number(match[4]));
    if (!cell || !at) continue;
    excerpt ??= codeFrame(cell.source, at.line, at.column);
    const where = `cell [${match[2]}], line ${at.line}:${at.column}`;
    const callee = /^\s+at (?:async )?(.+?) \(/.exec(line)?.[1];
    frames.push(callee && !/^(Object\.)?<anonymous>$/.test(callee) ? `    at ${callee} (${where})` : `    at ${where}`);
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
  return { ename, evalue, traceback };
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
  const more = new Set(diagnostics.map(where)).size - 1;
  const rest = more > 0 ? ` (and ${more} more)` : "";
  return {
    ename: "TypeScriptError",
    evalue: `${where(first)} - ${first.messageText}${rest}`,
    traceback,
  };
}

/** The line at fault with one line before it, numbered, and a caret below. */
function codeFrame(source: string, line: number, column: number, length = 1): string {
  const lines = source.split("\n");
  const width = String(line).length;
  const numbered = (n: number) => `${n === line ? ">" : " "} ${String(n).padStart(width)} | ${lines[n - 1] ?? ""}`;
  const text = lines[line - 1] ?? "";
  const marks = "^".repeat(Math.max(1, Math.min(length, text.length - column + 1)));
  const before = text.slice(0, column - 1).replace(/[^\t]/g, " ");
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
