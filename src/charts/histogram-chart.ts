import type { Chart } from "./chart.js";
import { axisNumbers, type ChartText, titleSpec } from "./chart-text.js";
import { stackedBins } from "./stacked-bins.js";
import { THEME } from "./theme.js";
import { vegaChart } from "./vega-chart.js";

/**
 * Draws the distribution of one or more groups of numbers over common bins, each as shares of its own group.
 *
 * @param groups NaN counts as missing and is left out
 * @param options.bins number of bins, 40 by default
 * @param options.valueTitle axis title, unit included
 */
export function histogramChart(
  groups: readonly { name: string; values: ArrayLike<number>; color?: string }[],
  options: ChartText & { title: string; valueTitle: string; bins?: number; domain?: [number, number] },
): Chart {
  const { edges, shares, counts } = stackedBins(
    groups.map((group) => group.values),
    options.bins ?? 40,
    options.domain,
  );
  const values = groups.flatMap((group, g) =>
    Array.from(shares[g], (share, b) => ({
      group: group.name,
      from: edges[b],
      to: edges[b + 1],
      share,
      count: counts[g][b],
    })),
  );
  const many = groups.length > 1;
  const color = {
    field: "group",
    type: "nominal",
    scale: {
      domain: groups.map((group) => group.name),
      range: groups.map((group, i) => group.color ?? THEME.range.category[i % THEME.range.category.length]),
    },
    legend: many ? { symbolType: "square" } : null,
  };
  const numbers = axisNumbers(edges);
  return vegaChart({
    title: titleSpec(options.title, options.subtitle ?? (many ? "shares of each group" : undefined)),
    description:
      options.description ??
      `Histogram of ${options.valueTitle} for ${groups.map((group) => group.name).join(" and ")}, ${edges.length - 1} bins from ${edges[0]} to ${edges.at(-1)}.`,
    width: 600,
    height: 260,
    data: { values },
    mark: { type: "bar", opacity: many ? 0.55 : 1, stroke: "#FFFFFF", strokeWidth: 0.5 },
    encoding: {
      x: {
        field: "from",
        type: "quantitative",
        bin: { binned: true },
        title: options.valueTitle,
        axis: { ...numbers, tickCount: 8 },
        scale: { domain: [edges[0], edges.at(-1)] },
      },
      x2: { field: "to" },
      y: {
        field: "share",
        type: "quantitative",
        stack: null,
        title: "share (%)",
        axis: { format: ".0%", tickCount: 5 },
      },
      color,
      tooltip: [
        ...(many ? [{ field: "group", title: "group" }] : []),
        { field: "from", title: "from", format: ",.4~r" },
        { field: "to", title: "to", format: ",.4~r" },
        { field: "count", title: "number", format: "," },
        { field: "share", title: "share", format: ".1%" },
      ],
    },
  });
}
