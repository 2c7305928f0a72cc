import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Resvg } from "@resvg/resvg-js";
import { afterEach, describe, expect, it, vi } from "vitest";
import { barChart, importanceChart } from "./bar-chart.js";
import { calibrationChart } from "./calibration-chart.js";
import { type Chart, JUPYTER_DISPLAY } from "./chart.js";
import { confusionChart } from "./confusion-chart.js";
import { FONT_FILES, textWidth } from "./font-metrics.js";
import { gainsChart } from "./gains-chart.js";
import { histogramChart } from "./histogram-chart.js";
import { liftChart } from "./lift-chart.js";
import { lineChart } from "./line-chart.js";
import { plotlyChart } from "./plotly-chart.js";
import { precisionRecallChart } from "./precision-recall-chart.js";
import { rocChart } from "./roc-chart.js";
import { stackedBins } from "./stacked-bins.js";
import { thinCurve } from "./thin-curve.js";
import { vegaChart } from "./vega-chart.js";

afterEach(() => {
  vi.restoreAllMocks();
});

const EVIL = `</script><b onload="x">&amp;'`;
const ramp = Array.from({ length: 1000 }, (_, i) => (i + 1) / 1000);

const column = Float64Array.from(ramp);

const every: Record<string, (name: string) => Chart> = {
  rocChart: (name) =>
    rocChart([
      { name, falsePositiveRate: column, truePositiveRate: column.map(Math.sqrt), threshold: column, auc: 0.66 },
    ]),
  precisionRecallChart: (name) =>
    precisionRecallChart(
      [{ name, recall: column, precision: column.map((x) => 1 - x / 2), threshold: column, averagePrecision: 0.7 }],
      {
        baseRate: 0.1,
      },
    ),
  gainsChart: (name) => gainsChart([{ name, share: ramp, captured: ramp.map(Math.sqrt) }]),
  liftChart: (name) => liftChart([{ name, share: ramp, lift: ramp.map((x) => 1 / Math.sqrt(x)), baseline: true }]),
  calibrationChart: (name) =>
    calibrationChart([{ name, predicted: [0.1, 0.3], observed: [0.12, 0.28], low: [0.1, 0.2], high: [0.2, 0.3] }]),
  confusionChart: (name) =>
    confusionChart(
      { truePositives: 5, falsePositives: 3, trueNegatives: 90, falseNegatives: 2 },
      { threshold: 0.3, title: name },
    ),
  barChart: (name) => barChart({ names: [name, "b"], values: [1, 2] }, { title: "bars", valueTitle: "share" }),
  importanceChart: (name) => importanceChart({ names: [name], values: [1], low: [0.9], high: [1.1] }),
  lineChart: (name) =>
    lineChart({
      title: name,
      x: { values: [20000, 20001, 20002] },
      y: { title: "calls" },
      series: [
        { name, values: [1, Number.NaN, 3], low: [0, 1, 2], high: [2, 3, 4], marked: [false, false, true] },
        { name: "other", values: [1, 2, 3], dashed: true },
      ],
      rules: [{ value: 2, name: "threshold" }],
    }),
  histogramChart: (name) =>
    histogramChart([{ name, values: ramp }], { title: "scores", valueTitle: "probability of churn" }),
};

describe.each(Object.entries(every))("%s", (_, make) => {
  it("draws without a warning, and shows the title and the text it was given, escaped", async () => {
    const warn = vi.spyOn(console, "warn");
    const svg = await make(EVIL).toSvg();
    expect(warn).not.toHaveBeenCalled();
    expect(svg).not.toContain("<b ");
    expect(svg).toContain("&lt;/script&gt;&lt;b");
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });
  it("says in words what it shows, and draws the same bytes each time", async () => {
    const chart = make("forest");
    expect(chart.description.length).toBeGreaterThan(15);
    expect(chart.description).not.toMatch(/NaN|undefined/);
    await make("something else").toSvg();
    expect(await make("forest").toSvg()).toBe(await chart.toSvg());
  });
  it("holds nothing that JSON would lose", () => {
    const { spec } = make("forest");
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
  });
});

describe("vegaChart", () => {
  const spec = {
    title: "Sums",
    data: { values: [{ a: "x", b: 1 }] },
    mark: { type: "bar", clip: true },
    encoding: { x: { field: "a", type: "nominal" }, y: { field: "b", type: "quantitative" } },
  };
  it("gives a notebook Vega-Lite 5, SVG and text, and no HTML, which would win over the interactive chart", async () => {
    const bundle = await vegaChart(spec)[JUPYTER_DISPLAY]();
    expect(Object.keys(bundle)).toEqual(["application/vnd.vegalite.v5+json", "image/svg+xml", "text/plain"]);
    expect(bundle["application/vnd.vegalite.v5+json"]).toMatchObject({
      $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    });
    expect(bundle["text/plain"]).toBe("[chart] Sums");
  });
  it("keeps a config of its own beside the theme", () => {
    const config = vegaChart({ ...spec, config: { axis: { gridColor: "red" } } }).spec.config as {
      axis: Record<string, unknown>;
    };
    expect(config.axis).toMatchObject({ gridColor: "red", labelFontSize: 11.5 });
  });
  it("refuses a specification without a title", () => {
    expect(() => vegaChart({ mark: "bar" })).toThrow(/no "title"/);
  });
  it("draws pictures that share no id on one page", async () => {
    const ids = (svg: string) => [...svg.matchAll(/id="([^"]+)"/g)].map((match) => match[1]);
    const first = ids(await vegaChart(spec).toSvg());
    const second = ids(await vegaChart({ ...spec, title: "Other" }).toSvg());
    expect(first.length).toBeGreaterThan(0);
    expect(first.filter((id) => second.includes(id))).toEqual([]);
  });
  it("leaves layers for the pointer out of the picture", async () => {
    const point = (name: string) => ({ name, mark: "point", encoding: spec.encoding });
    const draw = (name: string) => vegaChart({ title: "t", data: spec.data, layer: [point(name)] }).toSvg();
    expect(await draw("hover points")).not.toContain("mark-symbol");
    expect(await draw("points")).toContain("mark-symbol");
  });
  it("saves SVG and PNG by extension, and refuses others before it writes anything", async () => {
    const folder = await mkdtemp(join(tmpdir(), "charts-"));
    try {
      const chart = vegaChart(spec);
      await expect(chart.save(join(folder, "a.svg"), join(folder, "a.pdf"))).rejects.toThrow(/cannot save.*a\.pdf/);
      expect(await readdir(folder)).toEqual([]);
      await chart.save(join(folder, "a.svg"), join(folder, "a.png"));
      expect(await readFile(join(folder, "a.svg"), "utf8")).toBe(await chart.toSvg());
      const png = await readFile(join(folder, "a.png"));
      expect(png.subarray(1, 4).toString()).toBe("PNG");
      const width = Number(/<svg[^>]* width="(\d+)"/.exec(await chart.toSvg())?.[1]);
      expect(png.readUInt32BE(16)).toBe(2 * width);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("plotlyChart", () => {
  it("gives a notebook the figure, and the fallback for viewers that have no Plotly", async () => {
    const fallback = every.lineChart("AUC");
    const chart = plotlyChart({ data: [{ type: "scatter", x: [1], y: [2] }] }, fallback);
    const bundle = await chart[JUPYTER_DISPLAY]();
    expect(bundle["application/vnd.plotly.v1+json"]).toMatchObject({
      data: [{ type: "scatter", x: [1], y: [2] }],
      layout: { title: { text: "AUC" } },
    });
    expect(bundle["image/svg+xml"]).toBe(await fallback.toSvg());
    expect(await chart.toSvg()).toBe(await fallback.toSvg());
  });
});

describe("textWidth", () => {
  it.each(Object.entries(FONT_FILES))("agrees with the drawn width of a text in %s to 2 %%", (weight, file) => {
    const text = "Subscribers contacted, 1,234.5 MB – churn ≥ 30%";
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="50"><text y="30" font-family="Inter" font-size="20" font-weight="${weight === "semibold" ? 600 : 400}">${text}</text></svg>`;
    const drawn = new Resvg(svg, { font: { fontFiles: Object.values(FONT_FILES), loadSystemFonts: false } }).getBBox();
    expect(Math.abs((20 * textWidth(text, file)) / drawn!.width - 1)).toBeLessThan(0.02);
  });
});

describe("thinCurve", () => {
  it("keeps short curves whole", () => {
    expect(thinCurve([0, 1, 2], [0, 1, 0])).toEqual([0, 1, 2]);
  });
  it("keeps both ends and points evenly along a steep curve", () => {
    const n = 100_000;
    const x = Float64Array.from({ length: n }, (_, i) => i / (n - 1));
    const y = x.map((value) => Math.min(1, value * 1000));
    const kept = thinCurve(x, y, 100);
    expect(kept.length).toBeLessThanOrEqual(100);
    expect([kept[0], kept.at(-1)]).toEqual([0, n - 1]);
    // half of the length is the rise over the first thousandth
    expect(kept.filter((i) => x[i] < 0.001).length).toBeGreaterThan(40);
  });
});

describe("histogram", () => {
  it("puts the largest value into the last bin and leaves missing ones out", () => {
    const { edges, counts, shares } = stackedBins([[0, 1, 2, 4, Number.NaN]], 4);
    expect([...edges]).toEqual([0, 1, 2, 3, 4]);
    expect([...counts[0]]).toEqual([1, 1, 1, 1]);
    expect([...shares[0]]).toEqual([0.25, 0.25, 0.25, 0.25]);
  });
  it("bins a constant around itself and nothing at all into zeros", () => {
    expect([...stackedBins([[3, 3]], 2).counts[0]]).toEqual([0, 2]);
    expect([...stackedBins([[]], 2).shares[0]]).toEqual([0, 0]);
  });
});
