import { gzipSync } from "node:zlib";
import { escapeHtml } from "../../core/escape-html.js";
import { firstLetters } from "../../core/first-letters.js";
import { type CellOutput, joinLines } from "../notebook.js";
import { overwritten } from "../overwritten.js";
import { escapeJson, stripAnsi } from "./escape.js";
import { Markdown } from "./markdown.js";
import { mathHtml } from "./math-html.js";
import { mediaFinder } from "./media-finder.js";
import { plotlyRuntime, type Runtime } from "./runtime.js";
import { type TameHtml, tameHtml } from "./tame-html.js";

const PACK_FROM = 2000;

/** Turns outputs into HTML, and remembers which libraries they need. */
export class OutputHtml {
  readonly runtimes = new Set<Runtime>();
  readonly #folders: readonly string[];
  #charts = 0;

  /** @param folders where pictures are looked for, the notebook's own first */
  constructor(folders: readonly string[] = []) {
    this.#folders = folders;
  }

  /** An output as HTML; one of another shape than nbformat's is shown as text, since other tools write notebooks too. */
  render(output: CellOutput): string {
    const data = "data" in output && isObject(output.data) ? output.data : undefined;
    if (data) return this.#data(data);
    switch (output?.output_type) {
      case "stream":
        return `<pre class="stream ${output.name === "stderr" ? "stderr" : "stdout"}" tabindex="0">${escapeHtml(terminalText(output.text))}</pre>`;
      case "error": {
        const { traceback, ename, evalue } = output;
        const lines = Array.isArray(traceback) ? traceback.map(joinLines) : [];
        const trace = lines.length > 0 ? lines.join("\n") : `${joinLines(ename)}: ${joinLines(evalue)}`;
        return `<pre class="error" role="alert" tabindex="0">${escapeHtml(stripAnsi(trace))}</pre>`;
      }
      default:
        return textHtml(JSON.stringify(output, null, 2) ?? "");
    }
  }

  #data(data: Record<string, unknown>): string {
    const alt = altText(data);
    const still = picture(data, alt);
    const figure = data["application/vnd.plotly.v1+json"];
    if (isObject(figure) && Array.isArray(figure.data)) {
      return this.#chart("plotly", plotlyRuntime(figure.data), figure, still, alt);
    }
    const spec = Object.entries(data).find(([type]) => /^application\/vnd\.vega(lite)?\.v\d\+json$/.test(type))?.[1];
    if (isObject(spec)) return this.#chart("vega", "vega", spec, still, alt);
    if (still) return `<figure class="chart">${still}</figure>`;
    if ("text/html" in data) {
      return `<div class="html" tabindex="0">${withMissed(tameHtml(joinLines(data["text/html"]), mediaFinder(this.#folders)))}</div>`;
    }
    if ("text/markdown" in data)
      return `<div class="markdown">${withMissed(new Markdown(this.#folders).render(joinLines(data["text/markdown"])))}</div>`;
    if ("text/latex" in data) {
      return `<div class="html">${tameHtml(mathHtml(joinLines(data["text/latex"]))).html}</div>`;
    }
    const json = Object.entries(data).find(([type]) => /^application\/(.+\+)?json$/.test(type))?.[1];
    if (json !== undefined && !("text/plain" in data)) return textHtml(JSON.stringify(json, null, 2));
    const text = stripAnsi(joinLines(data["text/plain"]));
    // columns that are aligned by spaces must not wrap, prose must
    return textHtml(text, /\S {2,}\S/.test(text) ? "text" : "text prose");
  }

  #chart(kind: "vega" | "plotly", runtime: Runtime, spec: object, still: string, alt: string): string {
    this.runtimes.add(runtime);
    const id = `chart-${++this.#charts}`;
    const label = escapeHtml(alt);
    // inside of a picture nobody finds a slider
    const role = hasInputs(spec) ? "group" : "img";
    return `<figure class="chart${still ? " pictured" : ""}" id="${id}" data-kind="${kind}" data-runtime="${runtime}">
<div class="live" role="${role}" aria-label="${label}"></div>
<div class="still">${still || `<p>${label}</p>`}</div>
${packSpec(spec)}
</figure>`;
  }
}

const textHtml = (text: string, kind = "text"): string => `<pre class="${kind}" tabindex="0">${escapeHtml(text)}</pre>`;

/** What a terminal would show of a stream. */
const terminalText = (text: unknown): string => stripAnsi(overwritten(joinLines(text)));

/** HTML, and below it what of it a page does not show. */
export function withMissed({ html, missed }: TameHtml): string {
  return missed.length > 0 ? `${html}<p class="missed">Not shown on a page: ${missed.join(", ")}.</p>` : html;
}

/** Whether Vega draws inputs beside a chart. */
function hasInputs(spec: object): boolean {
  const { params } = spec as { params?: unknown };
  return Array.isArray(params) && params.some((param) => isObject(param) && "bind" in param);
}

/** A chart's data for the page's script; what is large is compressed. */
function packSpec(spec: object): string {
  const text = escapeJson(spec);
  if (text.length < PACK_FROM) return `<script type="application/json">${text}</script>`;
  return `<script type="application/json" data-packed>${gzipSync(text, { level: 9 }).toString("base64")}</script>`;
}

/** What a chart shows, in words: its own description, its title, or the text that came with it. */
function altText(data: Record<string, unknown>): string {
  for (const [type, spec] of Object.entries(data)) {
    if (!type.endsWith("+json") || !isObject(spec)) continue;
    const { description, title, layout } = spec;
    for (const text of [description, title, isObject(layout) ? layout.title : undefined]) {
      const words = isObject(text) ? text.text : text;
      if (typeof words === "string" && words !== "") return words;
      if (Array.isArray(words)) return words.join(" ");
    }
  }
  return firstLetters(stripAnsi(joinLines(data["text/plain"] ?? "chart")), 300);
}

/** The static picture of an output; as an image it is apart from the page, whatever it contains. */
function picture(data: Record<string, unknown>, alt: string): string {
  const label = escapeHtml(alt);
  if ("image/svg+xml" in data) {
    // what an address and an attribute in single quotes do not take as it is, and no more: pictures are most of a page
    const address = joinLines(data["image/svg+xml"]).replace(/[%#\r\n\t]/g, (c) => encodeURIComponent(c));
    return `<img alt="${label}" src='data:image/svg+xml,${address.replace(/&/g, "&amp;").replace(/'/g, "&#39;")}'>`;
  }
  for (const type of ["image/png", "image/jpeg", "image/gif", "image/webp"]) {
    if (!(type in data)) continue;
    const base64 = joinLines(data[type]).replace(/[^A-Za-z0-9+/=]/g, "");
    return `<img alt="${label}" src="data:${type};base64,${base64}">`;
  }
  return "";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
