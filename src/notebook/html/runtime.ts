import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";

/** A library that draws charts in the page. */
export type Runtime = "vega" | "plotly" | "plotly-full";

const FILES: Record<Runtime, string[]> = {
  vega: ["vega/build/vega.min.js", "vega-lite/build/vega-lite.min.js", "vega-embed/build/vega-embed.min.js"],
  plotly: ["plotly.js-cartesian-dist-min/plotly-cartesian.min.js"],
  "plotly-full": ["plotly.js-dist/plotly.js"],
};

/** What the cartesian bundle of Plotly draws; other traces need the full one, which is four times as large. */
const CARTESIAN = new Set(
  "scatter bar box heatmap histogram histogram2d histogram2dcontour contour image pie violin scatterternary quiver".split(
    " ",
  ),
);

/** Says which bundle draws the traces of a Plotly figure. */
export function plotlyRuntime(traces: readonly unknown[]): Runtime {
  const type = (trace: unknown) => (trace as { type?: unknown } | null)?.type ?? "scatter";
  return traces.every((trace) => CARTESIAN.has(String(type(trace)))) ? "plotly" : "plotly-full";
}

const packed = new Map<Runtime, string>();

/** A library, compressed, as text for the page. */
export function packRuntime(runtime: Runtime): string {
  let text = packed.get(runtime);
  if (text === undefined) {
    const sources = FILES[runtime].map((path) => sourceOf(path).replace(/^\/\/# sourceMappingURL=.*$/m, ""));
    text = gzipSync(sources.join("\n;\n"), { level: 9 }).toString("base64");
    packed.set(runtime, text);
  }
  return text;
}

/** Reads a file of an installed package, also one that the package's `exports` do not name. */
function sourceOf(path: string): string {
  const name = path.slice(0, path.indexOf("/"));
  const folder = dirname(findPackageJSON(name));
  return readFileSync(join(folder, path.slice(name.length + 1)), "utf8");
}

/** The package.json of an installed package; `module.findPackageJSON` is younger than Node 20. */
function findPackageJSON(name: string): string {
  const { resolve } = createRequire(import.meta.url);
  for (const folder of resolve.paths(name) ?? []) {
    const path = join(folder, name, "package.json");
    if (existsSync(path)) return path;
  }
  throw new Error(`the package ${name} is not installed`);
}
