import { readFile } from "node:fs/promises";
import { ChurnError } from "../core/errors.js";
import { messageOf } from "../core/fault.js";
import { firstLetters } from "../core/first-letters.js";
import { utf8Text } from "../core/utf8-text.js";
import { writeAtomic } from "../core/write-atomic.js";

/** A notebook as it is on disk, format 4: https://nbformat.readthedocs.io/en/latest/format_description.html */
export interface Notebook {
  cells: NotebookCell[];
  metadata: NotebookMetadata;
  nbformat: number;
  nbformat_minor: number;
}

export interface NotebookMetadata {
  kernelspec?: { name: string; display_name?: string; language?: string };
  language_info?: { name: string; [key: string]: unknown };
  papermill?: RunFacts;
  /** Files that a notebook of a chain needs and leaves. */
  handoff?: { needs?: string[]; leaves?: string[] };
  [key: string]: unknown;
}

/** What a run says of itself, as papermill writes it, with the program's version beside it. */
export interface RunFacts {
  start_time?: string;
  /** Seconds. */
  duration?: number | null;
  parameters?: Record<string, unknown>;
  input_path?: string | null;
  version?: string;
  /** Version of Node. */
  node?: string;
  [key: string]: unknown;
}

export interface NotebookCell {
  id?: string;
  cell_type: "code" | "markdown" | "raw";
  source: string | string[];
  metadata: {
    tags?: string[];
    papermill?: { status?: string; [key: string]: unknown };
    jupyter?: object;
    [key: string]: unknown;
  };
  outputs?: CellOutput[];
  /** Images of a Markdown cell: name to MIME type to base64. */
  attachments?: Record<string, Record<string, string>>;
  execution_count?: number | null;
}

export type CellOutput =
  | { output_type: "stream"; name: string; text: string | string[] }
  | {
      output_type: "display_data" | "execute_result";
      data: Record<string, unknown>;
      metadata: Record<string, unknown>;
      execution_count?: number | null;
    }
  | { output_type: "error"; ename: string; evalue: string; traceback: string[] };

/** The text of a cell or of an output, which the format permits as one text or as lines. */
export function joinLines(source: unknown): string {
  if (Array.isArray(source)) return source.map(joinLines).join("");
  return typeof source === "object" && source !== null ? JSON.stringify(source) : String(source ?? "");
}

/** A text as lines with their ends, as Jupyter saves it: that makes small diffs. */
export function splitLines(text: string): string[] {
  return text === "" ? [] : text.split(/(?<=\n)/);
}

/** The first line of a cell that says something, comments apart, for messages; at most 80 characters. */
export function firstLine(cell: NotebookCell): string {
  const lines = joinLines(cell.source)
    .split("\n")
    .map((line) => line.trim());
  const line = lines.find((text) => text !== "" && !text.startsWith("//")) ?? lines.find((text) => text !== "") ?? "";
  return line.length > 80 ? `${firstLetters(line, 79)}…` : line;
}

/** Whether a cell has a tag, as `parameters`, `raises-exception` or `skip-cell`. */
export function hasTag(cell: NotebookCell, tag: string): boolean {
  const { tags } = cell.metadata;
  return Array.isArray(tags) && tags.includes(tag);
}

/**
 * Reads a notebook.
 *
 * @throws ChurnError NOT_FOUND when there is none, BAD_INPUT when it is not a notebook of format 4
 */
export async function readNotebook(path: string): Promise<Notebook> {
  const bytes = await readFile(path).catch((cause) => {
    throw new ChurnError("NOT_FOUND", `cannot read the notebook ${path}`, { cause });
  });
  const text = utf8Text(bytes);
  if (text === undefined) {
    throw new ChurnError("BAD_INPUT", `not a notebook, it is not UTF-8: ${path}`, {
      hint: "save it from Jupyter Lab, which writes UTF-8",
    });
  }
  return parseNotebook(text, path);
}

/** Checks that a text is a notebook of format 4. */
function parseNotebook(text: string, path: string): Notebook {
  let notebook: Notebook;
  try {
    notebook = JSON.parse(text);
  } catch (cause) {
    throw new ChurnError("BAD_INPUT", `not a notebook, it is not JSON: ${path}: ${messageOf(cause)}`, {
      cause,
    });
  }
  if (notebook?.nbformat !== 4 || !Array.isArray(notebook.cells)) {
    const format = notebook?.nbformat ?? "none";
    throw new ChurnError("BAD_INPUT", `not a notebook of format 4: ${path} (nbformat ${format})`, {
      hint: `open it in Jupyter Lab and save it, or: jupyter nbconvert --to notebook --nbformat 4 ${path}`,
    });
  }
  notebook.cells.forEach((cell, i) => {
    if (!["code", "markdown", "raw"].includes(cell?.cell_type)) {
      throw new ChurnError("BAD_INPUT", `cell ${i + 1} of ${path} has the unknown type ${cell?.cell_type}`);
    }
    cell.metadata ??= {};
  });
  notebook.metadata ??= {};
  return notebook;
}

/**
 * Writes a notebook beside its place and renames it, in Jupyter's own layout.
 *
 * @param indent what a level is indented by; Jupyter's own is 1
 */
export async function writeNotebook(path: string, notebook: Notebook, indent: string | number = 1): Promise<void> {
  await writeAtomic(path, `${JSON.stringify(notebook, null, indent)}\n`);
}

/** What a level of a notebook on disk is indented by, so that a change of it is small. */
export async function indentOf(path: string): Promise<string | number> {
  return /^\s*\{\r?\n([ \t]+)"/.exec(await readFile(path, "utf8"))?.[1] ?? 1;
}
