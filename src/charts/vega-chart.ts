import { extname } from "node:path";
import { ChurnError } from "../core/errors.js";
import { writeAtomic } from "../core/write-atomic.js";
import { type Chart, JUPYTER_DISPLAY, type MimeBundle, type VegaLiteSpec } from "./chart.js";
import { renderPng } from "./render-png.js";
import { renderSvg } from "./render-svg.js";
import { THEME } from "./theme.js";

/**
 * Makes a chart of a Vega-Lite specification, in the house theme.
 *
 * @param spec Vega-Lite 5 with its data inline; `title` (a text, or an object with `text`) is needed, `description` is the
 *   alternative text and falls back to the title; `config` wins over the theme
 * @throws ChurnError BAD_INPUT when the specification has no title
 */
export function vegaChart(spec: VegaLiteSpec): Chart {
  const title = titleText(spec.title);
  if (!title) throw new ChurnError("BAD_INPUT", 'chart has no "title"', { hint: "give the specification a title" });
  const description = typeof spec.description === "string" ? spec.description : title;
  const full: VegaLiteSpec = {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    ...spec,
    description,
    config: merge(THEME, spec.config ?? {}),
  };
  let svg: Promise<string> | undefined;
  const toSvg = () => {
    svg ??= renderSvg(full, title, description);
    return svg;
  };
  const toPng = async ({ scale = 2 }: { scale?: number } = {}) => renderPng(await toSvg(), scale);

  return {
    title,
    description,
    spec: full,
    toSvg,
    toPng,
    save: (...paths) => saveChart({ toSvg, toPng }, paths),
    async [JUPYTER_DISPLAY](): Promise<MimeBundle> {
      return {
        "application/vnd.vegalite.v5+json": full,
        "image/svg+xml": await toSvg(),
        "text/plain": chartText(title, description),
      };
    },
  };
}

/** A chart as plain text: its title, and under it its description where that says more. */
function chartText(title: string, description: string): string {
  return description === title ? `[chart] ${title}` : `[chart] ${title}\n${description}`;
}

/** Writes a chart into files, as `Chart.save` promises; nothing is written when one of the paths is refused. */
export async function saveChart(chart: Pick<Chart, "toSvg" | "toPng">, paths: readonly string[]): Promise<string[]> {
  for (const path of paths) {
    if (![".svg", ".png"].includes(extname(path).toLowerCase())) {
      throw new ChurnError("BAD_OPTION", `cannot save a chart as ${JSON.stringify(path)}`, {
        hint: "name a file that ends in .svg or .png",
      });
    }
  }
  for (const path of paths) {
    const svg = extname(path).toLowerCase() === ".svg";
    await writeAtomic(path, svg ? await chart.toSvg() : await chart.toPng());
  }
  return [...paths];
}

function titleText(title: unknown): string {
  const text = typeof title === "object" && title !== null && "text" in title ? title.text : title;
  return Array.isArray(text) ? text.join(" ") : typeof text === "string" ? text : "";
}

function merge(base: unknown, over: unknown): unknown {
  if (!isPlain(base) || !isPlain(over)) return over;
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) result[key] = key in base ? merge(base[key], value) : value;
  return result;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
