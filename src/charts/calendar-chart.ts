import { dayOf } from "../core/days.js";
import type { Chart } from "./chart.js";
import { type ChartText, titleSpec } from "./chart-text.js";
import { COLORS } from "./theme.js";
import { vegaChart } from "./vega-chart.js";

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/**
 * Draws a number a day as a calendar: a column a week, a row a weekday; a cross marks the days with a fault.
 *
 * @param days `YYYY-MM-DD`, with why the day is not to be trusted, or null
 */
export function calendarChart(
  days: readonly { day: string; rows: number; fault: string | null }[],
  options: ChartText & { title: string; valueTitle?: string },
): Chart {
  const values = days.map(({ day, rows, fault }) => {
    // 1970-01-01 was a Thursday
    const weekday = (((dayOf(day) + 3) % 7) + 7) % 7;
    const monday = new Date((dayOf(day) - weekday) * 86_400_000).toISOString().slice(0, 10);
    return { day, rows, fault: fault ?? "", week: monday, weekday: WEEKDAYS[weekday] };
  });
  const weeks = new Set(values.map(({ week }) => week)).size;
  const faults = values.filter(({ fault }) => fault !== "");
  const valueTitle = options.valueTitle ?? "rows";
  const every = Math.ceil(weeks / 16);
  const x = {
    field: "week",
    type: "ordinal",
    title: "week of",
    axis: {
      labelAngle: 0,
      labelExpr: `indexof(domain('x'), datum.value) % ${every} ? '' : datum.value`,
      labelOverlap: true,
    },
  };
  const y = { field: "weekday", type: "ordinal", sort: WEEKDAYS, scale: { domain: WEEKDAYS }, title: null };
  const tooltip = [
    { field: "day", title: "day" },
    { field: "rows", title: valueTitle, format: "," },
    { field: "fault", title: "not covered" },
  ];
  const crosses = {
    data: { values: faults },
    mark: { type: "point", shape: "cross", angle: 45, filled: true, size: 60, color: COLORS.vermillion, opacity: 1 },
    encoding: { x, y, tooltip },
  };
  return vegaChart({
    title: titleSpec(options.title, options.subtitle ?? (faults.length ? "a cross: not covered" : undefined)),
    description:
      options.description ??
      `Calendar of ${valueTitle} a day, ${days[0]?.day} to ${days.at(-1)?.day}; ${
        faults.length
          ? `not covered: ${faults
              .slice(0, 10)
              .map(({ day }) => day)
              .join(", ")}${faults.length > 10 ? " and more" : ""}`
          : "all days are covered"
      }.`,
    width: Math.min(760, Math.max(120, 16 * weeks)),
    height: 7 * 16,
    data: { values },
    layer: [
      {
        mark: { type: "rect", stroke: "#FFFFFF", strokeWidth: 1 },
        encoding: {
          x,
          y,
          color: { field: "rows", type: "quantitative", title: valueTitle, scale: { scheme: "blues", zero: true } },
          tooltip,
        },
      },
      ...(faults.length ? [crosses] : []),
    ],
  });
}
