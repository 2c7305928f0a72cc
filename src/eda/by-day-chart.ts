import type { Chart } from "../charts/chart.js";
import { axisNumbers, type ChartText, finiteOrNull, titleSpec } from "../charts/chart-text.js";
import { COLORS } from "../charts/theme.js";
import { vegaChart } from "../charts/vega-chart.js";
import { dateOf } from "../core/days.js";
import { mean } from "../statistics/mean.js";
import type { DailyTable } from "./by-day.js";

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
/** Above this many days, weekends are too narrow to see and a mean over seven days is drawn instead. */
const LONG = 200;

/**
 * Draws each column by day, weekends shaded, and beside it its mean by day of the week.
 *
 * @param columns which columns, and what a person calls them, unit included
 * @param options.statistic what is drawn of each day: the sum over its rows (default) or their mean
 */
export function byDayChart(
  daily: DailyTable,
  columns: readonly { name: string; title: string }[],
  options: ChartText & { statistic?: "sum" | "mean" } = {},
): Chart {
  const { statistic = "sum" } = options;
  const series = statistic === "sum" ? daily.sums : daily.means;
  const long = daily.days.length > LONG;
  const title = options.title ?? (statistic === "sum" ? "Sums by day" : "Means by day");
  const first = daily.days.length ? dateOf(daily.days[0]) : "";
  const last = daily.days.length ? dateOf(daily.days[daily.days.length - 1]) : "";
  const way = long ? "thick: mean over seven days" : "weekends shaded";
  return vegaChart({
    title: titleSpec(title, options.subtitle ?? `${first} to ${last}; ${way}; on the right, the mean of each weekday`),
    description: options.description ?? `${title} of ${columns.map((c) => c.title).join(", ")}, ${first} to ${last}.`,
    columns: 2,
    bounds: "flush",
    spacing: { row: 42, column: 62 },
    concat: columns.flatMap(({ name, title }, row) => {
      const last = row === columns.length - 1;
      const values = series[name];
      const rows = dayRows(daily.days, values, long);
      return [
        dayPanel({ title, rows, values, weekends: long ? null : weekends(daily.days), row, last }),
        weekdayPanel({ title, rows, values, last }),
      ];
    }),
  });
}

/** A day as the panels draw it; `smooth` is its mean over seven days. */
interface DayRow {
  day: string;
  weekday: string;
  value: number | null;
  smooth?: number | null;
}

function dayRows(days: Int32Array, values: Float64Array, smoothed: boolean): DayRow[] {
  const smooth = smoothed ? weekMean(values) : undefined;
  return Array.from(days, (day, i) => ({
    day: dateOf(day),
    weekday: WEEKDAYS[weekdayOf(day)],
    value: finiteOrNull(values[i]),
    ...(smooth ? { smooth: finiteOrNull(smooth[i]) } : {}),
  }));
}

interface Panel {
  title: string;
  rows: readonly DayRow[];
  values: Float64Array;
  /** The lowest panel, which alone has labels below it. */
  last: boolean;
}

const valueAxis = (values: Float64Array, tickCount: number) => ({
  field: "value",
  type: "quantitative",
  title: null,
  axis: { ...axisNumbers(values), tickCount },
  scale: { zero: true },
});

/** The values by day; weekends shaded, or where they are not given under a mean over seven days. */
function dayPanel({
  title,
  rows,
  values,
  weekends,
  row,
  last,
}: Panel & { weekends: { from: string; to: string }[] | null; row: number }) {
  const x = {
    field: "day",
    type: "temporal",
    scale: { type: "utc" },
    title: null,
    axis: { tickCount: 8, labels: last, ticks: last },
  };
  const y = valueAxis(values, 4);
  const tooltip = [
    { field: "day", type: "nominal", title: "day" },
    { field: "weekday", type: "nominal", title: "weekday" },
    { field: "value", type: "quantitative", title, format: ",.4~r" },
  ];
  const shades = weekends && {
    data: { values: weekends },
    mark: { type: "rect", color: "#EEF1F4", clip: true },
    encoding: { x: { ...x, field: "from" }, x2: { field: "to" } },
  };
  const line = {
    mark: { type: "line", strokeWidth: weekends ? 1.75 : 1, opacity: weekends ? 1 : 0.35 },
    encoding: { x, y },
  };
  const smooth = { mark: { type: "line", strokeWidth: 2 }, encoding: { x, y: { ...y, field: "smooth" } } };
  // named apart: vega-lite lets views of one name share their scales
  const hover = {
    name: `hover_${row}`,
    mark: { type: "point", opacity: 0, size: 60 },
    encoding: { x, y, tooltip },
  };
  return {
    width: 520,
    height: 84,
    title: { text: title, fontSize: 12, fontWeight: 600, offset: 6 },
    data: { values: rows },
    layer: shades ? [shades, line, hover] : [line, smooth, hover],
  };
}

/** The mean of the values by day of the week. */
function weekdayPanel({ title, rows, values, last }: Panel) {
  return {
    width: 130,
    height: 84,
    data: { values: WEEKDAYS.map((weekday) => weekdayMean(weekday, rows)) },
    mark: { type: "bar", cornerRadiusEnd: 1.5, width: { band: 0.74 } },
    encoding: {
      x: {
        field: "weekday",
        type: "nominal",
        sort: WEEKDAYS,
        title: null,
        axis: { labelAngle: 0, labels: last, ticks: false, labelFontSize: 10, labelExpr: "slice(datum.label, 0, 2)" },
      },
      y: valueAxis(values, 3),
      color: {
        field: "weekend",
        type: "nominal",
        scale: { domain: [false, true], range: [COLORS.blue, COLORS.sky] },
        legend: null,
      },
      tooltip: [
        { field: "weekday", title: "weekday" },
        { field: "value", title: `mean of ${title}`, format: ",.4~r" },
      ],
    },
  };
}

function weekdayMean(weekday: string, rows: readonly DayRow[]) {
  const known = rows.flatMap((row) => (row.weekday === weekday && row.value !== null ? [row.value] : []));
  return { weekday, value: mean(known), weekend: weekday === "Sat" || weekday === "Sun" };
}

/** 0 = Monday; 1970-01-01 was a Thursday. */
function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

function weekends(days: Int32Array): { from: string; to: string }[] {
  if (days.length < 2) return [];
  const [first, last] = [days[0], days[days.length - 1]];
  return Array.from(days)
    .filter((day, i) => weekdayOf(day) === 5 || (i === 0 && weekdayOf(day) === 6))
    .map((day) => {
      // a point stands at the beginning of its day: the shade goes from half a day before Saturday to half a day after Sunday
      const to = weekdayOf(day) === 5 ? day + 1 : day;
      return { from: instant(Math.max(first, day - 0.5)), to: instant(Math.min(last, to + 0.5)) };
    });
}

const instant = (day: number) => new Date(day * 86_400_000).toISOString();

/** Centred mean over seven days; at the ends and beside gaps over those that are there. */
function weekMean(values: Float64Array): Float64Array {
  return values.map((value, i) => {
    if (!Number.isFinite(value)) return Number.NaN;
    return mean(values.subarray(Math.max(0, i - 3), i + 4).filter(Number.isFinite)) ?? Number.NaN;
  });
}
