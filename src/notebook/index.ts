// churn-workbench/notebook: notebooks without a screen, and their pages.
export { exportHtml } from "./export-html.js";
export type { ExportHtmlOptions } from "./html/notebook-html.js";
export { startKernel } from "./kernel-process.js";
export { runNotebook } from "./run-notebook.js";
export type { NotebookProgress, NotebookRun, RunNotebookOptions } from "./run-options.js";
