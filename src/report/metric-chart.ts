import type { Chart } from "../charts/chart.js";
import { steppedChart } from "../charts/stepped-chart.js";
import { ChurnError } from "../core/errors.js";
import { calculatorFor } from "../monitoring/engine/calculators.js";
import type { MonitoringResult } from "../monitoring/results/monitoring-result.js";
import { steppedResult } from "./stepped-result.js";

const MOST_SERIES = 12;

/**
 * Draws a result over its chunks, a panel for each series: a step a chunk, reference and analysis, thresholds, the band where
 * the result has one, alerts of the analysis as diamonds. An estimate is dashed.
 *
 * @throws BAD_OPTION for more than twelve series: filter the result first
 */
export function metricChart(result: MonitoringResult): Chart {
  const { length } = result.series;
  if (length === 0 || length > MOST_SERIES) {
    throw new ChurnError("BAD_OPTION", `a chart of ${length} series cannot be read`, {
      hint: `filter the result to at most ${MOST_SERIES}, for example result.filter({ columns: "tenure" })`,
    });
  }
  const series = steppedResult(result);
  const title = length === 1 ? `${series[0].name} by chunk` : calculatorFor(result.calculator).title;
  return steppedChart({ title, subtitle: alertText(result), series });
}

function alertText(result: MonitoringResult): string {
  const judged = result.series.some(({ measures }) =>
    measures.some(({ value }, i) => value !== null && result.chunks[i].period === "analysis"),
  );
  if (!judged) {
    return result.calculator === "realized"
      ? "nothing to judge yet: no label of the analysis has come in"
      : "nothing to judge yet: the analysis has no value";
  }
  const alerts = result.alerts();
  const gaps = result.series.some(({ measures }) => measures.some(({ value }) => value === null));
  const marked = gaps ? `; × ${result.calculator === "realized" ? "has no label yet" : "has no value"}` : "";
  return alerts.length
    ? `${alerts.length} alert${alerts.length > 1 ? "s" : ""}, the first in chunk ${alerts[0].chunk.key}${marked}`
    : `no alerts: every chunk of the analysis lies within its thresholds${marked}`;
}
