import { createHash } from "node:crypto";
import { escapeHtml } from "../../core/escape-html.js";
import { firstLine, hasTag, joinLines, type Notebook, type NotebookCell } from "../notebook.js";
import { highlight } from "./highlight.js";
import { type Heading, Markdown } from "./markdown.js";
import { OutputHtml, withMissed } from "./outputs.js";
import { PAGE_SCRIPT } from "./page-script.js";
import { PAGE_STYLE } from "./page-style.js";
import { packRuntime, type Runtime } from "./runtime.js";

/** How the page of a notebook looks. */
export interface ExportHtmlOptions {
  /** Show the code. Default: true. */
  input?: boolean;
  /** Colours; "auto" follows the reader's system. Default: "auto". */
  theme?: "light" | "dark" | "auto";
  /** Folders in which pictures that the notebook names are looked for. Default: that of the notebook. */
  pictures?: readonly string[];
}

/**
 * The page of a notebook as one HTML text that works without a network.
 *
 * @param name title of the page when the notebook has no heading
 */
export function notebookHtml(notebook: Notebook, name: string, options: ExportHtmlOptions = {}): string {
  const markdown = new Markdown(options.pictures);
  const outputs = new OutputHtml(options.pictures);
  const showsCode = options.input ?? true;
  const body = notebook.cells.map((cell, i) => cellHtml(cell, i, markdown, outputs, showsCode)).join("\n");
  const title = markdown.headings.find(({ depth }) => depth === 1)?.text ?? name;
  const runtimes = [...outputs.runtimes];
  const contents = contentsHtml(markdown.headings);
  return `<!doctype html>
<html lang="en" data-theme="${options.theme ?? "auto"}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<div class="layout${contents ? "" : " alone"}">
${contents}
<main id="content">
<header class="tools">${showsCode ? '<button id="fold" type="button" aria-expanded="true">Hide code</button>' : ""}<button id="theme" type="button">Light / dark</button></header>
${markdown.headings.some(({ depth }) => depth === 1) ? "" : `<h1>${escapeHtml(title)}</h1>`}
${runHtml(notebook)}
${body}
</main>
</div>
${runtimes.map(runtimeHtml).join("\n")}
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

/** No network, and no script but ours: it is named by its hash, the libraries come out of it as a blob. */
function policy(): string {
  const hash = createHash("sha256").update(PAGE_SCRIPT).digest("base64");
  const rules = {
    "default-src": "'none'",
    "script-src": `'sha256-${hash}' blob:`,
    "style-src": "'unsafe-inline'",
    "img-src": "data: blob:",
    "media-src": "data:",
    "font-src": "data:",
    "connect-src": "data: blob:",
    "base-uri": "'none'",
    "form-action": "'none'",
  };
  return Object.entries(rules)
    .map(([name, value]) => `${name} ${value}`)
    .join("; ");
}

function runtimeHtml(runtime: Runtime): string {
  return `<script type="application/octet-stream" id="runtime-${runtime}">${packRuntime(runtime)}</script>`;
}

function contentsHtml(headings: Heading[]): string {
  const shown = headings.filter(({ depth }) => depth <= 3);
  if (shown.length < 2) return "";
  const items = shown.map(
    ({ id, depth, text }) => `<li class="d${depth}"><a href="#${escapeHtml(id)}">${escapeHtml(text)}</a></li>`,
  );
  return `<nav class="contents" aria-label="Contents"><details><summary>Contents</summary><ol>${items.join("")}</ol></details></nav>`;
}

function cellHtml(
  cell: NotebookCell,
  index: number,
  markdown: Markdown,
  outputs: OutputHtml,
  showsCode: boolean,
): string {
  const source = joinLines(cell.source);
  if (cell.cell_type === "markdown") {
    if (hasTag(cell, "papermill-error-cell-tag")) return bannerHtml(source);
    return `<div class="cell markdown">${withMissed(markdown.render(source, cell.attachments))}</div>`;
  }
  if (cell.cell_type === "raw") {
    return source.trim() === "" ? "" : `<pre class="cell text raw" tabindex="0">${escapeHtml(source)}</pre>`;
  }
  const shown = (cell.outputs ?? []).map((output) => outputs.render(output)).join("\n");
  if (source.trim() === "" && shown === "") return "";
  const isHidden = !showsCode || hasTag(cell, "remove-input") || hasTag(cell, "hide-input");
  const count = cell.execution_count == null ? "" : `[${cell.execution_count}] `;
  const code = isHidden
    ? ""
    : `<details class="code" open><summary>${count}<span class="peek"><code>${escapeHtml(firstLine(cell))}</code></span></summary><pre tabindex="0"><code>${highlight(source)}</code></pre></details>`;
  const status = cell.metadata.papermill?.status;
  const notRun = status === "pending" && source.trim() !== "" ? '<p class="notrun">This cell did not run.</p>' : "";
  return `<section class="cell" aria-label="Cell ${index + 1}">${code}${shown ? `<div class="outputs">${shown}</div>` : ""}${notRun}</section>`;
}

/** The banner that a failed run leaves; only its words are kept. */
function bannerHtml(source: string): string {
  const isAnchor = source.includes('id="papermill-error-cell"');
  const words = escapeHtml(source.replace(/<[^>]*>/g, "").trim());
  return isAnchor
    ? `<p class="failed" id="papermill-error-cell">${words}</p>`
    : `<p class="failed" role="alert"><a href="#papermill-error-cell">${words}</a></p>`;
}

/** When, how long, with what: from the metadata that the run left. */
function runHtml({ metadata }: Notebook): string {
  const run = metadata.papermill;
  if (typeof run?.start_time !== "string") return "";
  const when = run.start_time.slice(0, 16).replace("T", " ");
  const rows: [string, string][] = [["Run", `${when} UTC`]];
  if (typeof run.duration === "number") rows.push(["Duration", `${run.duration.toFixed(1)} s`]);
  if (typeof run.input_path === "string") rows.push(["Notebook", run.input_path]);
  if (run.version) rows.push(["Version", run.node ? `${run.version}, Node ${run.node}` : run.version]);
  for (const [name, value] of Object.entries(run.parameters ?? {})) rows.push([name, JSON.stringify(value)]);
  const items = rows.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`).join("");
  return `<details class="run"><summary>Run of ${escapeHtml(when)} UTC</summary><dl>${items}</dl></details>`;
}
