import { createHash } from "node:crypto";
import { escapeHtml } from "../core/escape-html.js";
import type { VegaLiteSpec } from "./chart.js";
import { FONT_FILES, textWidth } from "./font-metrics.js";

interface TextItem {
  fontSize?: number;
  fontWeight?: string | number;
}

type Vega = typeof import("vega") & {
  textMetrics: { width: (item: TextItem, text: unknown) => number };
};

let loading: Promise<{ vega: Vega; compile: typeof import("vega-lite")["compile"] }> | undefined;

// vega takes a tenth of a second to load: not before the first picture is asked for
function load() {
  loading ??= Promise.all([import("vega"), import("vega-lite")]).then(([vega, lite]) => {
    const own = (("default" in vega ? vega.default : vega) ?? vega) as unknown as Vega;
    // without a canvas vega guesses 0.8 em a letter, and sets legends and axis titles far apart
    own.textMetrics.width = (item, text) => {
      const bold = item.fontWeight === "bold" || Number(item.fontWeight) >= 600;
      return textWidth(String(text ?? ""), bold ? FONT_FILES.semibold : FONT_FILES.regular) * (item.fontSize ?? 11);
    };
    return { vega: own, compile: lite.compile };
  });
  return loading;
}

/**
 * Draws a Vega-Lite specification as SVG: the same bytes for the same specification.
 *
 * Layers whose name starts with `hover` serve the pointer only and are left out.
 *
 * @param spec Vega-Lite 5
 * @param title becomes the picture's `<title>`, `description` its alternative text
 */
export async function renderSvg(spec: VegaLiteSpec, title: string, description: string): Promise<string> {
  const { vega, compile } = await load();
  const compiled = compile(withoutHover(spec) as Parameters<typeof compile>[0]).spec;
  const view = new vega.View(vega.parse(compiled), { renderer: "none" });
  try {
    return finish(await view.toSVG(), title, description);
  } finally {
    view.finalize();
  }
}

/** Numbers ids by content, so that pictures do not share ids on one page and do not depend on what was drawn before. */
function finish(svg: string, title: string, description: string): string {
  const names = new Map<string, string>();
  const nameless = svg.replace(/\bid="([^"]+)"/g, (_, id: string) => {
    names.set(id, `${names.size}`);
    return `id="\0${names.get(id)}"`;
  });
  const linked = nameless.replace(/url\(#([^)]+)\)/g, (_, id: string) => `url(#\0${names.get(id) ?? id})`);
  const prefix = `c${createHash("sha256").update(linked).digest("hex").slice(0, 8)}-`;
  const head = `<svg role="img" aria-label="${escapeHtml(description)}"`;
  return linked
    .replaceAll("\0", prefix)
    .replace("<svg", head)
    .replace(/(<svg[^>]*>)/, `$1<title>${escapeHtml(title)}</title>`);
}

function withoutHover(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.filter((item) => !isHover(item)).map((item) => (holdsViews(item) ? withoutHover(item) : item));
  }
  if (!holdsViews(value)) return value;
  const copy: Record<string, unknown> = { ...value };
  for (const key of ["layer", "hconcat", "vconcat", "concat", "spec"]) {
    if (key in copy) copy[key] = withoutHover(copy[key]);
  }
  return copy;
}

function isHover(value: unknown): boolean {
  return holdsViews(value) && typeof value.name === "string" && value.name.startsWith("hover");
}

function holdsViews(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
