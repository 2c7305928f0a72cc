import { basename, dirname } from "node:path";
import { checkOutputs } from "../core/check-outputs.js";
import { writeAtomic } from "../core/write-atomic.js";
import type { ExportHtmlOptions } from "./html/notebook-html.js";
import { readNotebook } from "./notebook.js";

/**
 * Writes a notebook as one HTML page that opens from disk and needs no network.
 *
 * Charts are interactive where scripts run, and pictures where they do not. Everything that comes from data is escaped,
 * and the page's content-security policy lets no script run but the page's own, and nothing be fetched.
 *
 * @throws ChurnError NOT_FOUND or BAD_INPUT when `input` is not a notebook
 */
export async function exportHtml(input: string, output: string, options: ExportHtmlOptions = {}): Promise<void> {
  checkOutputs([input], [output]);
  // the highlighter and Markdown are for pages alone
  const { notebookHtml } = await import("./html/notebook-html.js");
  const name = basename(input).replace(/\.ipynb$/, "");
  await writeAtomic(output, notebookHtml(await readNotebook(input), name, { pictures: [dirname(input)], ...options }));
}
