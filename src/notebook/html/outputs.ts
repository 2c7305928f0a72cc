import { gzipSync } from "node:zlib";
import { escapeHtml } from "../../core/escape-html.js";
import { type CellOutput, joinLines } from "../notebook.js";
import { escapeJson, stripAnsi, tameHtml } from "./escape.js";
import { Markdown } from "./markdown.js";
import { plotlyRuntime, type Runtime } from "./runtime.js";

const PACK_FROM = 2000;

/** Turns outputs into HTML, and remembers which libraries they need. */
export class OutputHtml {
  readonly runtimes = new Set<Runtime>();
  #charts = 0;

  render(output: CellOutput): string {
    switch (output.output_type) {
      case "stream":
        return `<pre class="stream ${output.name === "stderr" ? "stderr" : "stdout"}" tabindex="0">${escapeHtml(stripAnsi(joinLines(output.text)))}</pre>`;
      case "error": {
        const trace =
          output.traceback.length > 0
            ? output.traceback.map(joinLines).join("\n")
            : `${output.ename}: ${output.evalue}`;
        return `<pre class="error" role="alert" tabindex="0">${escapeHtml(stripAnsi(trace))}</pre>`;
      }
      default:
        return this.#data(output.data);
    }
  }

  #data(data: Record<string, unknown>): string {
    const alt = altText(data);
    const still = picture(data, alt);
    const figure = data["application/vnd.plotly.v1+json"];
    if (isObject(figure)) {
      const runtime = plotlyRuntime(figure);
      return this.#chart("plotly", runtime, figure, still, alt);
    }
    const spec = Object.entries(data).find(([type]) => /^application\/vnd\.vega(lite)?\.v\d\+json$/.test(type))?.[1];
    if (isObject(spec)) return this.#chart("vega", "vega", spec, still, alt);
    if (still) return `<figure class="chart">${still}</figure>`;
    if ("text/html" in data) return `<div class="html" tabindex="0">${tameHtml(joinLines(data["text/html"]))}</div>`;
    if ("text/markdown" in data)
      return `<div class="markdown">${new Markdown().render(joinLines(data["text/markdown"]))}</div>`;
    if ("text/latex" in data)
      return `<pre class="text" tabindex="0">${escapeHtml(joinLines(data["text/latex"]))}</pre>`;
    if ("application/json" in data && !("text/plain" in data)) {
      return `<pre class="text" tabindex="0">${escapeHtml(JSON.stringify(data["application/json"], null, 2))}</pre>`;
    }
    const text = stripAnsi(joinLines(data["text/plain"]));
    // columns that are aligned by spaces must not wrap, prose must
    const kind = /\S {2,}\S/.test(text) ? "text" : "text prose";
    return `<pre class="${kind}" tabindex="0">${escapeHtml(text)}</pre>`;
  }

  #chart(kind: "vega" | "plotly", runtime: Runtime, spec: object, still: string, alt: string): string {
    this.runtimes.add(runtime);
    const id = `chart-${++this.#charts}`;
    const label = escapeHtml(alt);
    return `<figure class="chart" id="${id}" data-kind="${kind}" data-runtime="${runtime}">
<div class="live" role="img" aria-label="${label}"></div>
<div class="still">${still || `<p>${label}</p>`}</div>
${packSpec(spec)}
</figure>`;
  }
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
  return stripAnsi(joinLines(data["text/plain"] ?? "chart")).slice(0, 300);
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
