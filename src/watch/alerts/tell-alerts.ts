import { join } from "node:path";
import { dayOf } from "../../core/days.js";
import type { ChunkInfo } from "../../monitoring/calculators/measure.js";
import type { MonitoringResults } from "../../monitoring/engine/fit-monitor.js";
import { MonitoringResult } from "../../monitoring/results/monitoring-result.js";
import type { MonitorSettings } from "../options.js";
import { OUTPUTS, type SnapshotDay } from "../read-predictions.js";
import { type AlertOutcome, handleAlerts } from "./alert-desk.js";
import { DEFAULT_RULES } from "./alert-events.js";
import { type AlertSink, consoleSink, fileSink, webhookSink } from "./alert-sinks.js";

const DAY = 86_400_000;

/** Tells the alerts of the chunks that are complete, each once, to the sinks that the settings name. */
export function tellAlerts(
  results: MonitoringResults,
  version: string,
  days: readonly SnapshotDay[],
  settings: MonitorSettings,
  signal?: AbortSignal,
): Promise<AlertOutcome> {
  const { alert_after, alert_cool_down: coolDown, output_dir } = settings;
  const complete = Object.fromEntries(Object.entries(results).map(([part, result]) => [part, settled(result, days)]));
  return handleAlerts(complete, {
    path: join(output_dir, `monitoring_alerts_${version}.json`),
    subject: version,
    sinks: sinksOf(settings, signal),
    outputs: OUTPUTS,
    falseAlarms: settings.false_alarms,
    coolDown,
    ...(alert_after === null
      ? {}
      : { rules: DEFAULT_RULES.map((rule) => ({ ...rule, coolDown, chunksInARow: alert_after })) }),
  });
}

function sinksOf(settings: MonitorSettings, signal: AbortSignal | undefined): AlertSink[] {
  const { alert_file, alert_webhook, alert_secret, alert_console } = settings;
  const secret = process.env[alert_secret];
  return [
    ...(alert_file ? [fileSink(alert_file)] : []),
    ...(alert_webhook
      ? [webhookSink({ url: alert_webhook, ...(secret ? { secret } : {}), ...(signal ? { signal } : {}) })]
      : []),
    ...(alert_console ? [consoleSink] : []),
  ];
}

/** A result without the last chunks, as long as snapshots or labels of them are still to come: each is judged once. */
function settled(result: MonitoringResult, days: readonly SnapshotDay[]): MonitoringResult {
  const numbers = days.map(({ day }) => dayOf(day));
  const last = numbers.at(-1) ?? 0;
  const next = last + (numbers.length > 1 ? last - numbers[numbers.length - 2] : 1);
  const lastLabel = Math.max(...days.filter(({ labels }) => labels > 0).map(({ day }) => dayOf(day)), 0);
  const open = ({ period, endMs, targetsMissingRate = 0 }: ChunkInfo) =>
    period === "analysis" &&
    endMs !== null &&
    (next * DAY < endMs || (targetsMissingRate > 0 && targetsMissingRate < 1 && lastLabel * DAY < endMs));
  let end = result.chunks.length;
  while (end > 0 && open(result.chunks[end - 1])) end--;
  if (end === result.chunks.length) return result;
  const series = result.series.map((each) => ({ ...each, measures: each.measures.slice(0, end) }));
  return new MonitoringResult(result.calculator, result.chunks.slice(0, end), series, result.fields, result.warnings);
}
