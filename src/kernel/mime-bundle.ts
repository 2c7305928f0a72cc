import { inspect } from "node:util";
import { JUPYTER_DISPLAY } from "../charts/chart.js";
import { tableView } from "../charts/table-view.js";
import { messageOf } from "../core/fault.js";
import { firstLetters } from "../core/first-letters.js";
import { isTable } from "./is-table.js";

/** One output in several forms; the reader takes the richest that it can show. */
export interface RichOutput {
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
}

/** Characters of a text that are shown when it is the value of a cell. */
const LONGEST = 2 ** 20;

/** Shows a value by what it is: by itself, as a table, as a chart, or as inspected text. */
export async function mimeBundle(value: unknown): Promise<RichOutput> {
  if (typeof value === "object" && value !== null) {
    const own = (value as Record<symbol, unknown>)[JUPYTER_DISPLAY];
    if (typeof own === "function") return bundle(await own.call(value));
    if (isTable(value)) return bundle(tableView(value)[JUPYTER_DISPLAY]());
    if (isVegaLite(value)) return bundle(await vegaLiteBundle(value));
    if (isPlotly(value)) {
      const figure = { data: value.data, layout: value.layout ?? {} };
      return bundle({
        "application/vnd.plotly.v1+json": figure,
        "text/plain": `Plotly figure, ${value.data.length} traces`,
      });
    }
  }
  return bundle({ "text/plain": typeof value === "string" ? cut(value) : inspect(value) });
}

/** A text that nobody reads to its end makes a notebook that nobody can open. */
function cut(text: string): string {
  if (text.length <= LONGEST) return text;
  const shown = firstLetters(text, LONGEST);
  return `${shown}\n[cut: ${text.length - shown.length} more characters; console.log shows up to 16 MiB]`;
}

/** Makes a bundle ready for the wire: bytes become base64, and no bundle is without text. */
export function bundle(data: unknown, metadata: Record<string, unknown> = {}): RichOutput {
  const ready: Record<string, unknown> = {};
  if (typeof data === "object" && data !== null) {
    for (const [type, value] of Object.entries(data)) {
      if (value === undefined) continue;
      ready[type] = value instanceof Uint8Array ? Buffer.from(value).toString("base64") : asText(type, value);
    }
  }
  if (Object.keys(ready).length === 0) ready["text/plain"] = inspect(data);
  return { data: ready, metadata };
}

/** The format wants text where the type is not JSON. */
function asText(type: string, value: unknown): unknown {
  const isText = typeof value === "string" || (Array.isArray(value) && value.every((line) => typeof line === "string"));
  return isText || /[/+]json$/.test(type) ? value : inspect(value);
}

function isVegaLite(value: object): value is Record<string, unknown> {
  return "$schema" in value && typeof value.$schema === "string" && value.$schema.includes("/vega-lite/");
}

function isPlotly(value: object): value is { data: object[]; layout?: object } {
  if (!("data" in value) || !Array.isArray(value.data) || value.data.length === 0) return false;
  if (!Object.keys(value).every((key) => ["data", "layout", "config", "frames"].includes(key))) return false;
  if (!("layout" in value) || typeof value.layout !== "object") return false;
  return value.data.every(
    (trace) => typeof trace === "object" && trace !== null && ("type" in trace || "x" in trace || "y" in trace),
  );
}

/** Interactive in Jupyter Lab, a picture wherever scripts do not run, and a line of text in a diff. */
async function vegaLiteBundle(spec: Record<string, unknown>): Promise<Record<string, unknown>> {
  const title = typeof spec.title === "string" ? spec.title : (spec.title as { text?: string } | undefined)?.text;
  const plain = `Vega-Lite chart${title ? `: ${title}` : ""}`;
  const chart = {
    "application/vnd.vegalite.v5+json": { ...spec, $schema: "https://vega.github.io/schema/vega-lite/v5.json" },
    "text/plain": plain,
  };
  try {
    const [{ compile }, vega] = await Promise.all([import("vega-lite"), import("vega")]);
    // biome-ignore lint/suspicious/noExplicitAny: a specification that a user typed; vega-lite checks it
    const view = new vega.View(vega.parse(compile(spec as any).spec), { renderer: "none" });
    const svg = await view.toSVG();
    view.finalize();
    return { ...chart, "image/svg+xml": svg };
  } catch (error) {
    return { ...chart, "text/plain": `${plain}\n(no picture of it: ${messageOf(error)})` };
  }
}
