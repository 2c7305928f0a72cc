/** Colours of Okabe and Ito (2008): distinguishable with any colour vision, and in print. */
export const COLORS = {
  blue: "#0072B2",
  vermillion: "#D55E00",
  green: "#009E73",
  orange: "#E69F00",
  purple: "#CC79A7",
  sky: "#56B4E9",
  gray: "#8A94A0",
} as const;

/** Subscribers who stayed, and who churned; the same two colours in every chart. */
export const CLASS_COLORS = { stayed: COLORS.blue, churned: COLORS.vermillion } as const;

const INK = "#1F2933";
export const MUTED = "#5B6774";
const GRID = "#E7EBEF";
const FONT = "Inter, system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif";

/**
 * The house theme, as a Vega-Lite config: quiet axes, one font, its own white ground so that it also reads on a dark page.
 */
export const THEME = {
  background: "#FFFFFF",
  padding: 14,
  font: FONT,
  view: { stroke: null, continuousWidth: 600, continuousHeight: 300 },
  title: {
    anchor: "start",
    frame: "group",
    offset: 14,
    color: INK,
    fontSize: 16,
    fontWeight: 600,
    subtitleColor: MUTED,
    subtitleFontSize: 12,
    subtitlePadding: 6,
  },
  axis: {
    labelColor: MUTED,
    labelFontSize: 11.5,
    labelPadding: 6,
    labelLimit: 260,
    titleColor: INK,
    titleFontSize: 12,
    titleFontWeight: 400,
    titlePadding: 10,
    titleLimit: 0,
    domainColor: "#B4BDC7",
    tickColor: "#B4BDC7",
    tickSize: 4,
    gridColor: GRID,
  },
  axisY: { domain: false, ticks: false },
  axisX: { grid: false, labelSeparation: 8 },
  legend: {
    orient: "top",
    direction: "horizontal",
    title: null,
    labelColor: INK,
    labelFontSize: 12,
    labelLimit: 0,
    symbolStrokeWidth: 2.5,
    symbolSize: 110,
    columnPadding: 18,
    offset: 8,
    titleFontSize: 12,
    titleFontWeight: 400,
  },
  header: {
    title: null,
    labelColor: INK,
    labelFontSize: 12,
    labelFontWeight: 600,
    labelAnchor: "start",
    labelLimit: 0,
    labelPadding: 6,
  },
  range: {
    category: [
      COLORS.blue,
      COLORS.vermillion,
      COLORS.green,
      COLORS.orange,
      COLORS.purple,
      COLORS.sky,
      "#4A5560",
      "#8C6D31",
    ],
    heatmap: ["#F2F7FB", "#BCD7EA", "#6BAED6", "#2B7BBA", "#08427A"],
    ramp: ["#F2F7FB", "#BCD7EA", "#6BAED6", "#2B7BBA", "#08427A"],
    diverging: [COLORS.vermillion, "#F3D2BC", "#F4F5F6", "#BAD6E8", COLORS.blue],
  },
  // one description of the whole chart is a better alternative text than a thousand of its marks
  mark: { color: COLORS.blue, aria: false },
  line: { strokeWidth: 2, strokeJoin: "round", strokeCap: "round" },
  bar: { color: COLORS.blue },
  area: { opacity: 0.18 },
  point: { filled: true, size: 40 },
  rule: { color: MUTED },
  text: { color: INK, fontSize: 11.5 },
} as const;
